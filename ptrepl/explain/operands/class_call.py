"""The call of a class of torch that failed: which expression was given for which parameter of its ``__init__``."""

from __future__ import annotations

import ast
import types
from dataclasses import dataclass
from typing import Any

from ptrepl.engine.watch.kinds import class_dict, is_a, module_name, mro, name_of_type
from ptrepl.explain.case import Case
from ptrepl.explain.rewrite import segment, spliced

_MOST_SHOWN = 30


@dataclass(frozen=True, slots=True)
class ClassCall:
    """``nn.Linear(64)``, ``torch.optim.SGD(net.parameters(), lr="0.1")``."""

    case: Case
    node: ast.Call
    cls: type
    said: str
    """As the learner wrote it: ``nn.Linear``; of a long path the last name."""
    parameters: tuple[str, ...]
    """The names of the parameters besides self, in their order."""
    required: tuple[str, ...]
    """Those of them that have no default."""

    @property
    def name(self) -> str:
        """The name of the class: ``Linear``."""
        return name_of_type(self.cls)

    def argument(self, name: str) -> ast.expr | None:
        """The expression that was given for a parameter; None where none was, or where ``*`` hides which."""
        for each in self.node.keywords:
            if each.arg == name:
                return each.value
        if any(isinstance(each, ast.Starred) for each in self.node.args) or name not in self.parameters:
            return None
        at = self.parameters.index(name)
        return self.node.args[at] if at < len(self.node.args) else None

    def with_text(self, node: ast.expr, text: str) -> str:
        """The call with ``text`` for one of its arguments."""
        return spliced(self.case.site.source, self.node, {node: text})

    def with_more(self, text: str) -> str:
        """The call with ``text`` (``momentum=0.9``) as one more argument."""
        whole = segment(self.case.site.source, self.node)
        given = [*self.node.args, *self.node.keywords]
        inner = whole[: whole.rindex(")")].rstrip().rstrip(",")
        return f"{inner}{', ' if given else ''}{text})"


def class_call(case: Case, module: str = "torch.") -> ClassCall | None:
    """The failing node, if it calls a class whose module begins with ``module`` by its name."""
    node = case.node
    if not isinstance(node, ast.Call) or any(each.arg is None for each in node.keywords):
        return None
    cls = case.real(node.func)
    if not is_a(cls, type) or not module_name(cls).startswith(module):
        return None
    init = _init(cls)
    if init is None:
        return None
    code = init.__code__
    skipped = 2 if code.co_qualname.startswith("RNNBase.") else 1  # RNNBase(mode, input_size, …)
    names = code.co_varnames[skipped : code.co_argcount]
    without = len(names) - len(init.__defaults__ or ())
    text = case.text(node.func)
    said = text if len(text) <= _MOST_SHOWN else text.rpartition(".")[2]
    return ClassCall(case, node, cls, said, names, names[: max(without, 0)])


def _init(cls: type) -> types.FunctionType | None:
    """The first ``__init__`` that names its parameters: that of nn.LSTM only hands on what it is given."""
    for base in mro(cls):
        found: Any = class_dict(base).get("__init__")
        while isinstance(getattr(found, "__wrapped__", None), types.FunctionType):
            found = found.__wrapped__
        if isinstance(found, types.FunctionType) and found.__code__.co_argcount > 1:
            return found
    return None
