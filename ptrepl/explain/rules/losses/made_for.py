"""A network made for another number of classes than the data have: the statement that made it, with that number."""

from __future__ import annotations

import ast
import types
from dataclasses import dataclass
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.kinds import Kind, class_dict, kind_of
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.class_text import class_text
from ptrepl.explain.fixes.made_again import optimizers_again
from ptrepl.explain.operands.construction import constructed
from ptrepl.explain.provenance.gathered import has_gathered
from ptrepl.explain.provenance.origins import origin
from ptrepl.explain.rewrite import in_a_sentence
from ptrepl.texts.messages import gettext

_MOST_CLASSES = 1_000


@dataclass(frozen=True, slots=True)
class MadeFor:
    """``said``: how the network was made; ``code``: the statement with the other number; ``fixes``: that, with its
    optimizers, () where the network has learned something."""

    said: str
    code: str
    fixes: tuple[Fix, ...]


def made_for(case: Case, node: ast.expr, was: int, number: int) -> MadeFor | None:
    """How the network that gave ``node`` was made for ``was`` columns, and the same for ``number``.

    None where it is not the learner's, or where more than one parameter of its ``__init__`` has that number.
    """
    made = origin(case, node.id) if isinstance(node, ast.Name) else None
    call = made.value if made is not None else node
    held: Any = case.real(call.func) if isinstance(call, ast.Call) else None
    text = class_text(case, type(held)) if kind_of(held) is Kind.MODULE else None
    init = text.method("__init__") if text is not None else None
    function = class_dict(type(held)).get("__init__") if text is not None else None
    built = constructed(case, held, init) if init is not None else None
    if built is None or text is None or not isinstance(function, types.FunctionType):
        return None
    code = function.__code__
    names, defaults = code.co_varnames[1 : code.co_argcount], function.__defaults__ or ()
    values = dict(zip(names[len(names) - len(defaults) :], defaults, strict=False)) | dict(built.values)
    fits = [name for name in names if type(values.get(name)) is int and values[name] == was]
    if len(fits) != 1:
        return None
    [name] = fits
    new = built.anew(name, str(number)) if name in built.given else built.with_more(f"{name}={number}")
    said = gettext("`{statement}` makes the network with {name}={was}.", statement=built.made.label, name=name, was=was)
    entry = built.made.entry
    kept = entry is None or has_gathered(case, built.name, entry.number, init)
    lines = [new, *optimizers_again(case, held)]
    return MadeFor(said, in_a_sentence(new), () if kept else (Fix("\n".join(lines)),))


def for_all_classes(case: Case, node: ast.expr, classes: int, least: int, most: int) -> tuple[str, tuple[Fix, ...]]:
    """What to say where the targets go from 0 to ``most``, and the network of ``node`` was made for fewer classes.

    The statement is offered only where a name at the prompt knows of so many classes as well: a number, or a list or a
    dict of as many names.
    """
    made = made_for(case, node, classes, most + 1) if least == 0 and classes <= most < _MOST_CLASSES else None
    if made is None:
        return "", ()
    text = gettext("For the classes 0 to {most} it is `{code}`.", most=most, code=made.code)
    held = [value for name, value in case.names.items() if not str(name).startswith("_")]
    known = any(value == most + 1 for value in held if type(value) is int) or any(
        len(value) == most + 1 and all(type(each) is str for each in value)
        for value in held
        if type(value) in (list, tuple, dict)
    )
    return f"{made.said} {text}", made.fixes if known else ()
