"""Functions of one's own, torch.autograd.Function: what backward() has to return, and that they are used by apply."""

from __future__ import annotations

import ast
import sys
import types
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.watch.facts import shape_text
from ptrepl.engine.watch.kinds import class_dict, is_a, mro, name_of_type
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.class_text import ClassText, class_text
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.provenance.origins import origin
from ptrepl.explain.rewrite import operand, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.lists import every
from ptrepl.texts.messages import gettext, ngettext

_MOST_NAMES = 3_000


def _count(case: Case) -> Finding | None:
    """``backward`` returns fewer gradients than ``forward`` has arguments, or more."""
    cls, wanted, got = _class(case, case.match["cls"]), int(case.match["wanted"]), int(case.match["got"])
    given = _parameters(cls) if cls is not None else None
    if cls is None or given is None or len(given) != wanted:
        return None
    if got == 1 and _returns_nothing(case, cls):
        missing = gettext(
            "{cls}.backward has no return, so it gives None. {cls}.forward has {wanted} arguments besides ctx: "
            "{names}. backward has to return a gradient for each, in this order: None for one that needs no gradient.",
            cls=name_of_type(cls),
            wanted=wanted,
            names=every(given),
        )
        return Finding(missing)
    told = [
        ngettext(
            "{cls}.backward returns one gradient, and {cls}.forward has {wanted} arguments besides ctx: {names}.",
            "{cls}.backward returns {count} gradients, and {cls}.forward has {wanted} arguments besides ctx: {names}.",
            got,
            cls=name_of_type(cls),
            wanted=wanted,
            names=every(given),
        ),
        gettext("It has to return one for each, in this order: None for one that needs no gradient."),
    ]
    text, line = _returned(case, cls)
    if text is None or line is None or got >= wanted or _values(line) != got:
        return Finding(" ".join(told))
    assert line.value is not None
    code = f"return {segment(text.source, line.value)}{', None' * (wanted - got)}"
    rest = given[got:]
    told.append(
        gettext(
            "If {names} need none: {code}",
            names=every(rest),
            code=code,
        )
        if len(rest) > 1
        else gettext("If {name} needs none: {code}", name=rest[0], code=code)
    )
    plain = _are_plain(case, name_of_type(cls), range(got, wanted))
    return Finding(" ".join(told), text.anew({line: code}, gettext("then compute it again")) if plain else ())


def _returns_nothing(case: Case, cls: type) -> bool:
    text = class_text(case, cls)
    methods = text.node.body if text is not None else []
    found = [each for each in methods if isinstance(each, ast.FunctionDef) and each.name == "backward"]
    return len(found) == 1 and not any(isinstance(each, ast.Return) for each in ast.walk(found[0]))


def _shape(case: Case) -> Finding | None:
    """A gradient of another shape than the tensor that it is for."""
    cls, index = _class(case, case.match["cls"]), int(case.match["index"])
    given = _parameters(cls) if cls is not None else None
    got, wanted = (
        tuple(map(int, case.match[each].split(", "))) if case.match[each] else () for each in ("got", "wanted")
    )
    if cls is None or given is None or index >= len(given):
        return None
    text = gettext(
        "{cls}.backward returns a gradient of shape {got} for {name}, and {name} is {wanted}: a gradient has the shape "
        "of its tensor.",
        cls=name_of_type(cls),
        got=shape_text(got),
        name=given[index],
        wanted=shape_text(wanted),
    )
    source, line = _returned(case, cls)
    value = line.value if line is not None else None
    values = value.elts if isinstance(value, ast.Tuple) else [value] if value is not None else []
    if source is None or len(got) != 2 or got != wanted[::-1] or got == wanted or index >= len(values):
        return Finding(text)
    code = _transposed(source.source, values[index])
    turned = gettext("It is the other way round: {code}.", code=code)
    return Finding(f"{text} {turned}", source.anew({values[index]: code}, gettext("then compute it again")))


def _transposed(source: str, node: ast.expr) -> str:
    """``g.t() @ x`` of ``x.t() @ g``; else ``(…).t()``."""
    match node:
        case ast.BinOp(left=ast.Call(func=ast.Attribute(value=base, attr="t"), args=[]), op=ast.MatMult(), right=right):
            return f"{operand(source, right)}.t() @ {operand(source, base)}"
        case ast.BinOp(left=ast.Attribute(value=base, attr="T"), op=ast.MatMult(), right=right):
            return f"{operand(source, right)}.T @ {operand(source, base)}"
        case ast.Name():
            return f"{node.id}.t()"
    return f"({segment(source, node)}).t()"


def _called(case: Case) -> Finding | None:
    """``Sign(x)`` makes an object; ``Sign.apply(x)`` computes."""
    found = next(_instances(case), None)
    if found is None:
        return None
    node, cls, call = found
    name = case.text(call.func) if node is not None else ast.unparse(call.func)
    text = gettext(
        "{cls} is a torch.autograd.Function: {cls}(…) makes an object and computes nothing. {cls}.apply(…) computes, "
        "and records its backward.",
        cls=name_of_type(cls),
    )
    if node is None:
        return Finding(text)
    source = case.site.source
    code = spliced(source, node, {call.func: f"{name}.apply"}) if node is not call else ""
    code = code or f"{name}.apply{segment(source, call)[len(segment(source, call.func)) :]}"
    return Finding(text, verified(case, Candidate(code, of=node)))


def _instances(case: Case) -> Iterator[tuple[ast.expr | None, type, ast.Call]]:
    """The calls of such classes in the failing code; None in the place of the node for one of an earlier statement."""
    node = case.node
    for each in ast.walk(node) if node is not None else ():
        if isinstance(each, ast.Call) and _is_function(cls := case.real(each.func)):
            yield (node if isinstance(node, ast.expr) else each), cls, each
        elif isinstance(each, ast.Call) and isinstance(each.func, ast.Call) and _is_function(case.real(each.func.func)):
            yield None, case.real(each.func.func), each.func
        elif isinstance(each, ast.Name) and (made := origin(case, each.id)) is not None:
            call = made.value
            if isinstance(call, ast.Call) and _is_function(cls := case.real(call.func)):
                yield None, cls, call


def _is_function(value: Any) -> bool:
    function = sys.modules["torch"].autograd.Function
    return is_a(value, type) and any(each is function for each in mro(value)[1:])


def _class(case: Case, name: str) -> Any:
    """The learner's function of that name; None where there is none."""
    for each in [*case.names.values()][:_MOST_NAMES]:
        if is_a(each, type) and _is_function(each) and name_of_type(each) == name:
            return each
    return None


def _parameters(cls: Any) -> list[str] | None:
    """The arguments of ``forward`` besides ctx; None where there may be any number of them."""
    forward = class_dict(cls).get("forward")
    function = forward.__func__ if isinstance(forward, staticmethod) else forward
    if not isinstance(function, types.FunctionType) or function.__code__.co_flags & 0x0C:
        return None
    names = [*function.__code__.co_varnames[: function.__code__.co_argcount]]
    return names if "setup_context" in class_dict(cls) else names[1:]


def _returned(case: Case, cls: Any) -> tuple[ClassText | None, ast.Return | None]:
    """The text of the class, and the one return of its ``backward``."""
    text = class_text(case, cls)
    backward = text.method("backward") if text is not None else None
    lines = [each for each in ast.walk(backward) if isinstance(each, ast.Return)] if backward is not None else []
    return (text, lines[0]) if len(lines) == 1 and lines[0].value is not None else (None, None)


def _values(line: ast.Return) -> int:
    return len(line.value.elts) if isinstance(line.value, ast.Tuple) else 1


def _are_plain(case: Case, cls: str, places: range) -> bool:
    """Whether each call of ``apply`` in the session gives plain numbers there."""
    calls = [
        each
        for entry in case.record or ()
        for each in ast.walk(_tree(entry.source))
        if isinstance(each, ast.Call) and ast.unparse(each.func).endswith(f"{cls}.apply")
    ]
    given = [each.args[at] for each in calls for at in places if at < len(each.args)]
    return len(given) == len(calls) * len(places) > 0 and all(_is_number(each) for each in given)


def _tree(source: str) -> ast.AST:
    try:
        return ast.parse(source)
    except SyntaxError:
        return ast.Module([], [])


def _is_number(node: ast.expr) -> bool:
    match node:
        case ast.UnaryOp(operand=ast.Constant()) | ast.Constant():
            return True
    return False


_MORE = "autograd/own-function"

BEFORE = ("containers.wanted_tensor", "python.plain_slips")

RULES = (
    Rule(
        "gradient count",
        ("RuntimeError",),
        r"function (?P<cls>\w+)Backward returned an incorrect number of gradients "
        r"\(expected (?P<wanted>\d+), got (?P<got>\d+)\)",
        _count,
        more=_MORE,
    ),
    Rule(
        "gradient shape",
        ("RuntimeError",),
        r"Function (?P<cls>\w+)Backward returned an invalid gradient at index (?P<index>\d+) - "
        r"got \[(?P<got>[\d, ]*)\] but expected shape compatible with \[(?P<wanted>[\d, ]*)\]",
        _shape,
        more=_MORE,
    ),
    Rule(
        "function called",
        ("TypeError", "RuntimeError"),
        r"must be Tensor, not (?!None)[A-Z]\w+$|^Legacy autograd function",
        _called,
        more=_MORE,
    ),
)
