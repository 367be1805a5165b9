"""What a piece of code holds, for ``mentions="…"`` and ``lacks="…"`` of a known mistake. Reads syntax, runs nothing.

Both hold words with spaces between. ``mentions``: the code holds each of them; ``a,b`` is one of the two. ``lacks``:
it holds none of them. A word is

- a name, an attribute or a module: ``full_like``, ``w.grad``, ``torch.float32``;
- a call, ``backward()``, or an argument given by its name, ``dtype=``;
- a name that is bound, ``w:=``, whether by ``=``, ``def``, ``for`` or ``import``;
- an operator or keyword: ``**``, ``-=``, ``==``, ``~``, ``and``, ``for``, ``with``; ``[]`` an index, ``:`` a slice;
- an operator with what stands beside it, a name, a number or a call: ``w@X``, ``loss<1``, ``<1``, ``x*``, ``item()<1``,
  ``<x<`` (``1>loss`` is ``loss<1`` too; ``/`` stands alone, and ``-1`` is a number); ``^2`` for ``e * e``;
- a slice with its ends, ``1:``, ``:2``, ``1:3``; an index with its places, ``[2]``, ``[1;:1]``, ``[list;3]``; a call
  with what it is given by position, ``grad(first;x)``; ``?`` is any other place;
- a number or a text: ``2.5``, ``-1``, ``'float32'``;
- what stands in a block: ``for/backward()`` is a call in a loop, ``no_grad/-=`` one inside ``with torch.no_grad():``,
  ``sgd/lr`` a name in the function ``sgd``; in the brackets of a call, ``full()/stock``; in the statement that binds a
  name, ``live:=/tensor()``, or writes into it, ``x[]=/&``; in a line that gives its value no name, ``alone/float()``.
  Two of these may be written one after another;
- some of these in their order, each where it stands first: ``backward()..None..-=`` is cleared before it is used.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import count, pairwise

from ptrepl.engine.operator_signs import OPERATOR_SIGNS
from ptrepl.tutor.keywords import KEYWORDS
from ptrepl.tutor.names import bound_in, tree_of

_SIGNS: dict[type[ast.AST], str] = {
    **{operator: sign for operator, sign in OPERATOR_SIGNS.items()},  # noqa: C416  mypy: a dict's keys are invariant
    **KEYWORDS,
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
    ast.And: "and",
    ast.Or: "or",
    ast.Not: "not",
    ast.Invert: "~",
    ast.USub: "-",
    ast.UAdd: "+",
    ast.Return: "return",
    ast.Yield: "yield",
    ast.Delete: "del",
    ast.Break: "break",
    ast.Slice: ":",
    ast.Assign: "=",
    ast.Import: "import",
    ast.ImportFrom: "import",
}
_TURNED: dict[type[ast.AST], type[ast.AST]] = {ast.Lt: ast.Gt, ast.LtE: ast.GtE, ast.Gt: ast.Lt, ast.GtE: ast.LtE}
_THEN = ".."
_DEEPEST = 8
"""Blocks one inside another that are told apart, calls among them; no lesson's mistake stands deeper."""
_BLOCKS = (ast.For, ast.While, ast.With, ast.If, ast.FunctionDef, ast.ClassDef, ast.ListComp, ast.Lambda)
_STATEMENTS = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Expr)
_SIDE = r"(?:[^\W\d]\w*(?:\.\w+)*(?:\(\))?|-?\d[\w.]*)"
_PLACE = rf"(?:{_SIDE}?:{_SIDE}?|{_SIDE}|\?)"
_WORD = re.compile(
    r"(?:[^\W\d]\w*(?:\.\w+)*(?::=|\(\)|\[\]=)?/)*"
    rf"(?:{_SIDE}?(?:\*\*|//|[-+*%@&|^]|[<>=!]=|[<>]){_SIDE}?|[<>]=?{_SIDE}[<>]=?|{_SIDE}?:{_SIDE}?|"
    rf"\[{_PLACE}(?:;{_PLACE})*\]|[^\W\d]\w*(?:\.\w+)*\({_PLACE}(?:;{_PLACE})*\)|"
    r"[^\W\d]\w*(?:\.\w+)*(?:\(\)|:=|=)?|-?\d[\w.]*(?:[eE][-+]?\d+)?|'[^']*'|\[\]|[-+*/%@&|^<>=!~:]{1,3})"
)


def unreadable_words(text: str) -> list[str]:
    """The words of ``mentions`` or ``lacks`` that are none of the forms above."""
    words = [word for each in text.split() for word in _one_of(each)]
    return [word for word in words if any(_WORD.fullmatch(part) is None for part in word.split(_THEN))]


def fits_cause(mentions: str, lacks: str, source: str, tried: str = "") -> bool:
    """Whether ``source`` holds what ``mentions`` asks for, and neither it nor ``tried`` what ``lacks`` excludes.

    ``tried``: the same with what has failed, which made nothing, but cannot be called missing.
    """
    held = held_words(source)
    present = {**held, **held_words(tried)} if lacks and tried not in ("", source) else held
    return all(any(_holds(held, word) for word in _one_of(each)) for each in mentions.split()) and not any(
        _holds(present, word) for each in lacks.split() for word in _one_of(each)
    )


def _holds(held: Mapping[str, int], word: str) -> bool:
    places = [held.get(part, -1) for part in word.split(_THEN)]
    return places[0] >= 0 and all(one < other for one, other in pairwise(places))


def _one_of(word: str) -> list[str]:
    return [each for each in word.split(",") if each]


@lru_cache(16)
def held_words(source: str) -> Mapping[str, int]:
    """Every word, as above, that stands in ``source``, with a number that grows from its first part to its last.

    Where ``source`` is no Python, its names, signs and numbers alone.
    """
    tree = tree_of(source)
    found: dict[str, int] = {}
    if tree is None:
        for place, token in enumerate(_tokens(source)):
            found.setdefault(token, place)
    else:
        _collect(tree, (), found, count())
    return found


def _collect(node: ast.AST, blocks: tuple[frozenset[str], ...], found: dict[str, int], places: Iterator[int]) -> None:
    words = set(_words(node))
    held = set(words)
    for place, heads in enumerate(blocks[:_DEEPEST]):
        for head in heads:
            held |= {f"{head}/{word}" for word in words}
            for inner in blocks[place + 1 : _DEEPEST]:
                held |= {f"{head}/{second}/{word}" for second in inner for word in words}
    here = next(places)
    for word in held:
        found.setdefault(word, here)
    if isinstance(node, (*_BLOCKS, *_STATEMENTS, ast.Call)):
        blocks = (*blocks, frozenset(_heads(node)))
    for child in ast.iter_child_nodes(node):
        _collect(child, blocks, found, places)


def _heads(node: ast.AST) -> Iterator[str]:
    """What a block can be called by: its keyword, its own name, and the names in the head of a ``with``.

    A call by its function, a statement by the names that it binds.
    """
    if isinstance(node, ast.Call):
        yield from (f"{name}()" for name in _names(node.func))
        return
    if isinstance(node, _STATEMENTS):
        yield from ["alone"] if isinstance(node, ast.Expr) else [f"{name}:=" for name in bound_in(node)]
        written = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        for target in written:
            if isinstance(target, ast.Subscript):
                yield from (f"{name}[]=" for name in _names(target.value))
        return
    yield "for" if isinstance(node, ast.ListComp) else _SIGNS[type(node)]
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        yield node.name
    for item in node.items if isinstance(node, ast.With) else ():
        for inside in ast.walk(item.context_expr):
            if isinstance(inside, (ast.Name, ast.Attribute)):
                yield from _names(inside)


def _words(node: ast.AST) -> Iterator[str]:
    if sign := _SIGNS.get(type(node)):
        yield sign
    match node:
        case ast.BinOp(left=left, op=operator, right=right) if not isinstance(operator, ast.Div):
            yield from _with_sides(OPERATOR_SIGNS.get(type(operator), ""), left, right)
            if isinstance(operator, ast.Mult) and ast.dump(left) == ast.dump(right):
                yield "^2"
        case ast.Compare(left=left, ops=operators, comparators=others):
            for (one, other), comparison in zip(pairwise((left, *others)), operators, strict=True):
                if isinstance(comparison, (ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE)):
                    yield from _with_sides(_SIGNS[type(comparison)], one, other)
                    yield from _with_sides(_SIGNS[_TURNED.get(type(comparison), type(comparison))], other, one)
            for (first, second), middle in zip(pairwise(operators), others[:-1], strict=True):
                yield from (f"{_SIGNS[type(first)]}{each}{_SIGNS[type(second)]}" for each in _side(middle))
        case ast.Subscript(slice=place):
            places = place.elts if isinstance(place, ast.Tuple) else [place]
            yield f"[{';'.join(map(_place, places))}]"
        case ast.Slice(step=None):
            yield _place(node)
        case ast.AugAssign(op=operator, target=target):
            yield f"{OPERATOR_SIGNS.get(type(operator), '')}="
            yield from (f"{name}:=" for name in bound_in(target))
        case ast.Name() | ast.Attribute():
            yield from _names(node)
        case ast.Call(func=function, args=arguments):
            given = ";".join(map(_place, arguments))
            yield from (f"{name}()" for name in _names(function))
            yield from (f"{name}({given})" for name in _names(function))
        case ast.keyword(arg=str() as name):
            yield f"{name}="
        case ast.arg(arg=name):
            yield from (name, f"{name}:=")
        case ast.alias(name=name):
            yield name
        case ast.For(target=target):
            yield from (f"for/{name}:=" for name in bound_in(target))
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=(int() | float()) as number)):
            yield f"-{number}"
        case ast.Constant(value=value):
            yield repr(value)
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
    if isinstance(node, ast.stmt):
        yield from (f"{name}:=" for name in bound_in(node))


def _with_sides(sign: str, left: ast.expr, right: ast.expr) -> Iterator[str]:
    """``w@X``, ``w@``, ``@X``, each side by all that it can be called by; not ``-1``, which is a number."""
    before, behind = list(_side(left)), list(_side(right))
    yield from (f"{one}{sign}{other}" for one in before for other in behind)
    yield from (f"{one}{sign}" for one in before)
    yield from (f"{sign}{other}" for other in behind if sign not in ("-", "+"))


def _side(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Name() | ast.Attribute():
            yield from _names(node)
        case ast.Call(func=function):
            yield from (f"{name}()" for name in _names(function))
        case (
            ast.Constant(value=(int() | float()) as number)
            | ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=(int() | float()) as number))
        ):
            yield f"-{number}" if isinstance(node, ast.UnaryOp) else repr(number)


def _place(node: ast.expr) -> str:
    """A place of an index, or an argument, in short; ``?`` for what is neither a name nor a number nor a list."""
    if isinstance(node, ast.Slice):
        ends = [_place(end) if end is not None else "" for end in (node.lower, node.upper)]
        return ":".join(ends)
    return "list" if isinstance(node, ast.List) else next(_side(node), "?") if not isinstance(node, ast.Call) else "?"


def _names(node: ast.expr) -> Iterator[str]:
    """``w.grad.zero_`` gives that, ``grad.zero_`` and ``zero_``; a call or an index on the way cuts it short."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.insert(0, node.attr)
        node = node.value
    if isinstance(node, ast.Name):
        parts.insert(0, node.id)
    for start in range(len(parts)):
        yield ".".join(parts[start:])


def _tokens(source: str) -> Iterator[str]:
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type in (tokenize.NAME, tokenize.OP, tokenize.NUMBER):
                yield token.string
    except (tokenize.TokenError, SyntaxError):
        return
