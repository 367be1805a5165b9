"""The statement at the prompt that made an object, and what it gave for each parameter of ``__init__``."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ptrepl.explain.called_name import called_name
from ptrepl.explain.case import Case
from ptrepl.explain.provenance.origins import Origin, origin_at_prompt
from ptrepl.explain.rewrite import segment, spliced
from ptrepl.explain.standins.calling import Failed, Unknown
from ptrepl.explain.standins.evaluate import Evaluator
from ptrepl.explain.standins.lookup import FrameScope, NotReadable
from ptrepl.explain.standins.standins import StandIns

_MOST_NAMES = 3_000
_OUTPUTS = ("out_features", "out_channels", "hidden_size", "embedding_dim")
_LAYERS = ("Linear", "LazyLinear", "Conv", "LSTM", "GRU", "RNN", "Embedding")
_NAMED = (ast.Name, ast.Subscript, ast.Attribute)
_PLAIN = (int, float, str, bool, list, tuple)


@dataclass(frozen=True, slots=True)
class Construction:
    """After ``net = Net(8, hidden=32)``: ``given`` has the expression for each parameter, ``values`` what it was.

    ``values`` has the defaults of the others too.
    """

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
        return FrameScope(self.values, self.values).real_or_none(node)

    def outputs_just_before(self, init: ast.FunctionDef, call: ast.Call, number: int) -> ast.expr | None:
        """What ``init`` gives the layer just before ``call`` for its outputs, ``hidden``, if that is ``number``.

        That is the layer before it in the same nn.Sequential, or else the last one that was made.
        """
        calls = [each for each in ast.walk(init) if isinstance(each, ast.Call)]
        beside = next((each.args for each in calls if call in each.args), [])
        before = [each for each in beside[: beside.index(call)] if isinstance(each, ast.Call)] if beside else []
        place = call.lineno, call.col_offset
        made = sorted((each for each in calls if _place(each) < place), key=_place)
        last = next((each for each in reversed(before or made) if _gives_features(each)), None)
        outputs = self._outputs(last, number) if last is not None else None
        return outputs if before or not isinstance(outputs, ast.Constant) else None

    def outputs_before(self, init: ast.FunctionDef, call: ast.Call, number: int) -> ast.expr | None:
        """The one expression for ``number`` outputs in all the layers that ``init`` makes before ``call``."""
        calls = [each for each in ast.walk(init) if isinstance(each, ast.Call) and _place(each) < _place(call)]
        made = [self._outputs(each, number) for each in calls]
        found = {ast.unparse(each): each for each in made if isinstance(each, _NAMED)}
        return next(iter(found.values())) if len(found) == 1 else None

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


def _place(node: ast.expr) -> tuple[int, int]:
    return node.lineno, node.col_offset


def _gives_features(layer: ast.Call) -> bool:
    name = called_name(layer)
    return name.startswith(_LAYERS)


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
    values = {each: _value(case, node) for each, node in given.items()}
    return Construction(names[0], made, given, {**_defaults(init), **values})


def _defaults(init: ast.FunctionDef) -> dict[str, Any]:
    """The plain defaults of its parameters."""
    last = init.args.args[len(init.args.args) - len(init.args.defaults) :]
    pairs = zip(last, init.args.defaults, strict=True)
    return {each.arg: node.value for each, node in pairs if isinstance(node, ast.Constant)}


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
