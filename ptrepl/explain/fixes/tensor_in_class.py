"""A tensor that a class makes in ``__init__`` with another size: ``self.w = torch.rand(4, 2)``."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from ptrepl.engine.explanation import Fix
from ptrepl.engine.record.record import one_line
from ptrepl.explain.called_name import called_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.class_text import class_text
from ptrepl.explain.rewrite import spliced
from ptrepl.texts.messages import gettext

_MAKERS = ("rand", "randn", "zeros", "ones", "empty")


@dataclass(frozen=True, slots=True)
class TensorAnew:
    """``said``: what to write in ``__init__``; ``fixes``: the whole class with it."""

    said: str
    fixes: tuple[Fix, ...]


def made_in_class(case: Case, node: ast.expr, dim: int, was: int, size: int) -> TensorAnew | None:
    """``self.w`` made with ``size`` in the place of ``was`` along ``dim``; None where its text is another."""
    match node:
        case ast.Attribute(value=ast.Name(id=owner), attr=name):
            held = case.scope.locals.get(owner)
        case _:
            return None
    text = class_text(case, type(held))
    init = text.method("__init__") if text is not None else None
    if text is None or init is None or not init.args.args or owner != init.args.args[0].arg:
        return None
    whole = f"{owner}.{name}"
    made = [each for each in ast.walk(init) if isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) == whole]
    if len(made) != 1:
        return None
    value = made[0].value
    if isinstance(value, ast.Call) and called_name(value) == "Parameter" and value.args:
        value = value.args[0]
    if not isinstance(value, ast.Call) or called_name(value) not in _MAKERS or dim >= len(value.args):
        return None
    given = value.args[dim]
    text_of_size = str(size)
    if isinstance(given, ast.Name) and size == was + 1 and _is_alone(init, given):
        text_of_size = f"{given.id} + 1"
    elif not isinstance(given, ast.Constant) or given.value != was:
        return None
    code = one_line(spliced(text.source, made[0], {given: text_of_size}))
    said = gettext("In {cls}.__init__, write {code}.", cls=text.cls.__name__, code=code)
    return TensorAnew(said, text.anew({given: text_of_size}, gettext("then make {cls} again", cls=text.cls.__name__)))


def _is_alone(init: ast.FunctionDef, size: ast.Name) -> bool:
    """Whether ``__init__`` reads the name in this place alone."""
    names = [each for each in ast.walk(init) if isinstance(each, ast.Name) and each.id == size.id]
    return len(names) == 1
