"""A number that is still text in arithmetic with a tensor: of argparse, a config file, input() or the environment."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ptrepl.engine.explanation import Fix
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.retyped import typed
from ptrepl.explain.operands.operand_text import is_written, operand_text
from ptrepl.explain.provenance.origins import earlier, origin, parsed
from ptrepl.explain.rewrite import segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext

_MOST_SHOWN = 20


def _text_for_number(case: Case) -> Finding | None:
    match case.node:
        case ast.BinOp(left=left, right=right) | ast.AugAssign(target=left, value=right):
            pass
        case ast.Compare(left=left, comparators=[right]):
            pass
        case _:
            return None
    sides = [(left, right), (right, left)]
    found = [(each, text) for each, other in sides if (text := _text(case, each)) is not None and _is_math(case, other)]
    if len(found) != 1:
        return None
    node, text = found[0]
    number = number_of(text)
    if number is None and isinstance(getattr(case.node, "op", None), ast.Add):
        return None  # text that was to be joined
    said = gettext(
        "{name} is the string {text}, and arithmetic with a tensor takes a number.",
        name=operand_text(case, node),
        text=repr(text[:_MOST_SHOWN]),
    )
    if is_written(node):
        said = gettext(
            "{name} is a string, and arithmetic with a tensor takes a number.", name=operand_text(case, node)
        )
    if number is None:
        return Finding(said)
    convert = f"{number}({segment(case.site.source, node)})"
    option = _option(case, node)
    if option is not None:
        instead = gettext(
            "argparse gives strings, unless add_argument has a type: {code}. Or write {convert}.",
            code=f"parser.add_argument({option}, type={number}, …)",
            convert=convert,
        )
    else:
        instead = gettext("{code} makes a number of it.", code=convert)
    return Finding(f"{said} {instead}", _converted(case, node, number))


def _text(case: Case, node: ast.expr) -> str | None:
    value = case.held(node)
    return value if type(value) is str else None


def _is_math(case: Case, node: ast.expr) -> bool:
    return case.facts(node) is not None or type(case.value(node)) in (int, float)


def number_of(text: str) -> str | None:
    """``int`` or ``float``, where the text is a number; None where it is none."""
    for kind in (int, float):
        try:
            kind(text)
        except ValueError:
            continue
        return kind.__name__
    return None


def _option(case: Case, node: ast.expr) -> str | None:
    """``"--flood"``, where the value comes from ``args.flood`` of argparse and the option was given no type."""
    while isinstance(node, ast.Name):
        made = origin(case, node.id)
        if made is None:
            return None
        node = made.value
    if not isinstance(node, ast.Attribute):
        return None
    for entry in earlier(case):
        tree = parsed(entry.source) if "add_argument" in entry.source else None
        for each in ast.walk(tree) if tree is not None else ():
            match each:
                case ast.Call(func=ast.Attribute(attr="add_argument"), args=args, keywords=keywords):
                    options = [one.value for one in args if isinstance(one, ast.Constant) and type(one.value) is str]
                    longs = [one.lstrip("-").replace("-", "_") for one in options]
                    if node.attr in longs and all(one.arg != "type" for one in keywords):
                        return f'"{options[longs.index(node.attr)]}"'
    return None


def _converted(case: Case, node: ast.expr, number: str) -> tuple[Fix, ...]:
    """The number in the place of the text, and the failing statement again."""
    site = case.site
    if site.is_nested or site.line is not site.statement:
        return _around(case, node, number)
    source = site.source
    if isinstance(node, ast.Name):
        fix = typed(case, f"{node.id} = {number}({node.id})\n{segment(source, site.line)}", "")
        return (fix,) if fix is not None else ()
    return _around(case, node, number)


def _around(case: Case, node: ast.expr, number: str) -> tuple[Fix, ...]:
    site, source = case.site, case.site.source
    if site.is_nested:
        return ()
    same = [*_same(site.statement, node)]
    texts: dict[ast.expr | ast.stmt, str] = {each: f"{number}({segment(source, each)})" for each in same}
    return (Fix(spliced(source, site.statement, texts)),)


def _same(tree: ast.AST, node: ast.expr) -> Iterator[ast.expr]:
    for each in ast.walk(tree):
        if isinstance(each, ast.expr) and ast.dump(each) == ast.dump(node):
            yield each


BEFORE = (
    "arrays.from_data",
    "containers.joined",
    "containers.parts",
    "data.collate",
    "modules.subclass",
    "optimizers.parameter_groups",
    "python.joined_text",
    "python.plain_slips",
    "python.positions",
    "python.scalar",
)

RULES = (
    Rule(
        "text number",
        ("TypeError",),
        r"^unsupported operand type\(s\) for .+: '(?:Tensor|Parameter)' and 'str'"
        r"|^unsupported operand type\(s\) for .+: 'str' and '(?:Tensor|Parameter|float|int)'"
        r"|^unsupported operand type\(s\) for .+: '(?:float|int)' and 'str'"
        r"|^only integer tensors of a single element can be converted to an index"
        r"|^can't multiply sequence by non-int of type"
        r"|^'[<>]=?' not supported between instances of '(?:Tensor|float|int)' and 'str'",
        _text_for_number,
        more="python/numbers-and-tensors",
    ),
)
