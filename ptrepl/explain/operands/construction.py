"""The statement at the prompt that made an object, and what it gave for each parameter of ``__init__``."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ptrepl.explain.case import Case
from ptrepl.explain.provenance.origins import Origin, origin_at_prompt
from ptrepl.explain.rewrite import segment, spliced
from ptrepl.explain.standins.calling import Failed, Unknown
from ptrepl.explain.standins.evaluate import Evaluator
from ptrepl.explain.standins.lookup import FrameScope, NotReadable
from ptrepl.explain.standins.standins import StandIns

_MOST_NAMES = 3_000
_OUTPUTS = ("out_features", "out_channels", "hidden_size", "embedding_dim")
_NAMED = (ast.Name, ast.Subscript, ast.Attribute)
_PLAIN = (int, float, str, bool, list, tuple)


@dataclass(frozen=True, slots=True)
class Construction:
    """After ``net = Net(8, hidden=32)``: ``given`` has the expression for each parameter, ``values`` what it was."""

    name: str
    made: Origin
    given: Mapping[str, ast.expr]
    values: Mapping[str, Any]

    def anew(self, parameter: str, text: str) -> str:
        """The statement with ``text`` for one parameter."""
        return spliced(self.made.source, self.made.statement, {self.given[parameter]: text})

    def with_more(self, text: str) -> str:
        """The statement with ``text`` (``width=3``) as one more argument."""
        call = segment(self.made.source, self.made.value)
        inner = call[:-1].rstrip().rstrip(",")
        code = f"{inner}{'' if inner.endswith('(') else ', '}{text})"
        return spliced(self.made.source, self.made.statement, {self.made.value: code})

    def value(self, node: ast.expr) -> Any:
        """What ``width`` or ``config["width"]`` was in ``__init__``; None where that is not known."""
        try:
            return FrameScope(self.values, self.values).real(node)
        except NotReadable:
            return None

    def outputs_before(self, init: ast.FunctionDef, call: ast.Call, number: int) -> str:
        """What ``init`` gives a layer before ``call`` for its ``number`` of outputs: ``hidden``; "" if not known.

        That of the layer before it in the same call of nn.Sequential, or the one expression of all the layers before.
        """
        calls = [each for each in ast.walk(init) if isinstance(each, ast.Call)]
        beside = next((each.args for each in calls if call in each.args), [])
        before = beside[: beside.index(call)] if call in beside else []
        for each in reversed(before):
            if isinstance(each, ast.Call) and (outputs := self._outputs(each, number)) is not None:
                return ast.unparse(outputs)
        place = call.lineno, call.col_offset
        made = [self._outputs(each, number) for each in calls if (each.lineno, each.col_offset) < place]
        texts = {ast.unparse(each) for each in made if isinstance(each, _NAMED)}
        return texts.pop() if len(texts) == 1 else ""

    def _outputs(self, layer: ast.Call, number: int) -> ast.expr | None:
        """The expression that gives a layer its number of outputs, if that is ``number``."""
        outputs = next((each.value for each in layer.keywords if each.arg in _OUTPUTS), None)
        outputs = outputs if outputs is not None else layer.args[1] if len(layer.args) > 1 else None
        if outputs is None:
            return None
        try:
            found = Evaluator(FrameScope(self.values, self.values), StandIns()).value(outputs)
        except (Unknown, Failed):
            return None
        return outputs if type(found) is int and found == number else None

    @property
    def text(self) -> str:
        """The statement as it was typed."""
        return segment(self.made.source, self.made.statement)


def constructed(case: Case, held: Any, init: ast.FunctionDef) -> Construction | None:
    """How the one name at the prompt that is bound to ``held`` got it; None where that is not one plain call."""
    names = [name for name, value in [*case.names.items()][:_MOST_NAMES] if value is held and type(name) is str]
    names = [name for name in names if name.isidentifier() and not name.startswith("_")]
    made = origin_at_prompt(case, names[0]) if len(names) == 1 else None
    if made is None or not made.is_alone:
        return None
    match made.value:
        case ast.Call(func=ast.Name(id=called)) as call if case.names.get(called) is type(held):
            pass
        case _:
            return None
    if any(isinstance(each, ast.Starred) for each in call.args) or any(each.arg is None for each in call.keywords):
        return None
    parameters = [each.arg for each in init.args.args[1:]]
    given = dict(zip(parameters, call.args, strict=False))
    given |= {each.arg: each.value for each in call.keywords if each.arg is not None}
    return Construction(names[0], made, given, {each: _value(case, node) for each, node in given.items()})


def _value(case: Case, node: ast.expr) -> Any:
    """What an argument was: an object of the learner's, only to be read, or a plain number; None if not known."""
    scope = FrameScope(case.names, case.names)
    try:
        return scope.real(node)
    except NotReadable:
        pass
    try:
        found = Evaluator(scope, StandIns()).value(node)
    except (Unknown, Failed):
        return None
    return found if type(found) in _PLAIN else None
