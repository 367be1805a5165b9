"""Text and tensors joined with +, and too few or too many values for the places of a %."""

from __future__ import annotations

import ast
import pathlib
import re

from ptrepl.engine.watch.kinds import is_tensor_class, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import operand, segment
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext

_PLACES = re.compile(r"%(?!%)[-+ #0]*\d*(?:\.\d+)?[diouxXeEfFgGcrsa]")


def _joined(case: Case) -> Finding | None:
    """``"loss: " + loss``."""
    match case.node:
        case ast.BinOp(left=left, op=ast.Add(), right=right) as node:
            pass
        case _:
            return None
    if isinstance(case.real(left), pathlib.PurePath) and type(case.value(right)) is str:
        return _path(case, node, left, right)
    for text_side, other in ((left, right), (right, left)):
        words = case.held(text_side)
        joins = text_side is left and "concatenate str" in case.message
        if type(words) is not str and not joins:
            continue
        plain = case.held(other)
        if case.facts(other) is not None:
            text = gettext(
                "{name} is a tensor, and + joins a string with strings only. An f-string shows any value.",
                name=operand_text(case, other),
            )
        elif type(plain) in (int, float, bool, list, tuple, dict) and not isinstance(other, ast.Constant):
            text = gettext(
                "{name} is of type {type}, and + joins a string with strings only. An f-string shows any value.",
                name=operand_text(case, other),
                type=type_name(plain),
            )
        else:
            return None
        whole = _chain(case, node)
        code = _f_string(case, whole)
        return Finding(text, verified(case, Candidate(code, of=whole)) if code else ())
    return None


def _path(case: Case, node: ast.BinOp, left: ast.expr, right: ast.expr) -> Finding:
    """``root + "/net.pt"`` of a Path."""
    text = gettext(
        "{name} is a Path, and a path is continued with /, not with +.",
        name=operand_text(case, left),
    )
    source = case.site.source
    rest = operand(source, right)
    if isinstance(right, ast.Constant):
        rest = repr(str(right.value).lstrip("/\\")).replace("'", '"')
    return Finding(text, verified(case, Candidate(f"{operand(source, left)} / {rest}")))


def _chain(case: Case, node: ast.BinOp) -> ast.BinOp:
    """The whole of ``"epoch " + epoch + " loss " + loss``."""
    for parent in case.parents:
        if not isinstance(parent, ast.BinOp) or not isinstance(parent.op, ast.Add):
            break
        node = parent
    return node


def _f_string(case: Case, whole: ast.expr) -> str:
    """The parts of a chain of + in one f-string; "" where one of them has quotes or braces of its own."""
    parts = []
    for each in _summands(whole):
        if isinstance(each, ast.Constant) and type(each.value) is str:
            words = segment(case.site.source, each)
            if words[:1] not in "'\"" or words[:3] in ("'''", '"""'):
                return ""
            parts.append(words[1:-1])
            if re.search(r"[{}\"']", words[1:-1]):
                return ""
        else:
            parts.append(f"{{{_shown(case, each)}}}")
    inside = "".join(parts)
    return f'f"{inside}"' if not re.search(r"[\"]|\\N|\n", inside) else ""


def _summands(node: ast.expr) -> list[ast.expr]:
    match node:
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return [*_summands(left), *_summands(right)]
    return [node]


def _shown(case: Case, node: ast.expr) -> str:
    match node:
        case ast.Call(func=ast.Name(id="str"), args=[given], keywords=[]):
            node = given
    text, facts = segment(case.site.source, node), case.facts(node)
    text = ast.unparse(node) if "\n" in text else text  # a field of an f-string stands on one line
    plain = isinstance(node, (ast.Name, ast.Attribute, ast.Subscript))
    return f"{text}.item()" if plain and facts is not None and facts.shape in ((), (1,)) else text


def _places(case: Case) -> Finding | None:
    """``"epoch %d loss %.4f" % loss``."""
    match case.node:
        case ast.BinOp(left=ast.Constant(value=str() as words), op=ast.Mod(), right=right):
            pass
        case _:
            return None
    places = len(_PLACES.findall(words))
    given = len(right.elts) if isinstance(right, ast.Tuple) else 1
    held = case.real(right)
    given = len(held) if type(held) is tuple else given
    if places == given or (is_tensor_class(type(held)) and given != 1):
        return None
    fields = {"places": places, "given": given}
    if given < places:
        return Finding(
            gettext(
                "The string has {places} places, which begin with %, and {given} given after it. They go into "
                "brackets: (…, …).",
                **fields,
            )
        )
    return Finding(
        gettext("The string has {places} places, which begin with %, and {given} values are given.", **fields)
    )


def _no_number(case: Case) -> Finding | None:
    """``"%.3f" % losses``."""
    match case.node:
        case ast.BinOp(left=ast.Constant(value=str() as words), op=ast.Mod(), right=right):
            pass
        case _:
            return None
    given = [*right.elts] if isinstance(right, ast.Tuple) else [right]
    places = _PLACES.findall(words)
    found = [
        (place, each)
        for place, each in zip(places, given, strict=False)
        if type(case.real(each)) in (list, tuple, dict)
    ]
    if len(places) != len(given) or not found:
        return None
    place, node = found[0]
    text = gettext(
        "{place} takes one number, and {name} is a {type}.",
        place=place,
        name=operand_text(case, node),
        type=type(case.real(node)).__name__,
    )
    if type(case.real(node)) is not list or not case.real(node):
        return Finding(text)
    one = gettext(
        "{name}[-1] is its last element, sum({name}) / len({name}) the mean of all.", name=operand_text(case, node)
    )
    return Finding(f"{text} {one}")


BEFORE = ("arrays.creation",)

RULES = (
    Rule(
        "format number",
        ("TypeError",),
        r"^must be real number, not (?:list|tuple|dict)|^%\w format: a (?:real )?number is required, not",
        _no_number,
        "python/format",
        only_torch=False,
    ),
    Rule(
        "joined text",
        ("TypeError",),
        r'^can only concatenate str \(not "|^unsupported operand type\(s\) for \+: .* and \'str\'',
        _joined,
        "python/format",
        only_torch=False,
    ),
    Rule(
        "format places",
        ("TypeError",),
        r"^not enough arguments for format string|^not all arguments converted during string formatting",
        _places,
        "python/format",
        only_torch=False,
    ),
)
