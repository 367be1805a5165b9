"""A tensor where an f-string needs a number: ``f"{loss:.2f}"``."""

from __future__ import annotations

import ast
from math import prod

from ptrepl.engine.watch.facts import shape_text
from ptrepl.engine.watch.kinds import type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried, verified
from ptrepl.explain.provenance.summary import summaries
from ptrepl.explain.rewrite import postfix, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext, ngettext


def _format(case: Case) -> Finding | None:
    match case.node:
        case ast.JoinedStr(values=values):
            parts = [(each.value, each.format_spec) for each in values if isinstance(each, ast.FormattedValue)]
            found = next((each for each, spec in parts if spec is not None and case.shape(each)), None)
        case ast.Call(func=ast.Attribute(attr="format"), args=args) | ast.Call(func=ast.Name(id="format"), args=args):
            found = next((each for each in args if case.shape(each)), None)
        case _:
            found = None
    shape = case.shape(found) if found is not None else None
    if found is None or shape is None:
        return None
    # before Python 3.12 the parts of an f-string have no places of their own
    name = ast.unparse(found)
    text = ngettext(
        "{name} has shape {shape}: a format such as .2f takes a tensor only if it has no dims.",
        "{name} has shape {shape} and holds {count} numbers: a format such as .2f needs one.",
        prod(shape),
        name=name,
        shape=shape_text(shape),
    )
    facts = case.facts(found)
    meant = summaries(case, found, str(facts.dtype)) if facts is not None else ()
    if prod(shape) > 1 and not meant:
        apart = gettext(
            "{name}.tolist() in an f-string without a format shows them all, and [{first}] after it takes the first.",
            name=name,
            first=", ".join("0" * len(shape)),
        )
        return Finding(f"{text} {apart}")
    if isinstance(case.node, ast.Call):  # stand-ins do not format
        return Finding(text, verified(case, *_numbers(case, name, prod(shape), meant)))
    return Finding(text, tried(case, _numbers(case, name, prod(shape), meant)))


def _numbers(case: Case, name: str, count: int, meant: tuple[str, ...]) -> list[Candidate]:
    if isinstance(case.node, ast.Call) and count == 1:
        given = next(each for each in case.node.args if ast.unparse(each) == name)
        return [Candidate(spliced(case.site.source, case.node, {given: postfix(case.site.source, given, ".item()")}))]
    if not isinstance(case.node, ast.JoinedStr) or not count:
        return []
    text = segment(case.site.source, case.node)
    before = "{" + name + ":"
    if text.count(before) != 1:
        return []
    ways = (".squeeze()",) if count == 1 else meant
    base = name if name.isidentifier() or name.endswith((")", "]")) else f"({name})"
    return [Candidate(text.replace(before, "{" + base + way + ":")) for way in ways]


def _list_formatted(case: Case) -> Finding | None:
    """``f"{losses:.2f}"`` of a list, a tuple or a dict."""
    match case.node:
        case ast.JoinedStr(values=values):
            parts = [each.value for each in values if isinstance(each, ast.FormattedValue) and each.format_spec]
        case ast.Call(func=ast.Attribute(attr="format"), args=parts):
            pass
        case _:
            return None
    kind = case.match["kind"]
    found = next((each for each in parts if type_name(case.real(each)) == kind), None)
    if found is None:
        return None
    name, held = ast.unparse(found), case.real(found)
    text = gettext("{name} is a {type}, and a format such as .2f needs one number.", name=name, type=kind)
    if type(held) not in (list, tuple) or not held or not all(type(each) in (int, float) for each in held):
        return Finding(text)
    ways = gettext("{name}[-1] is its last element, sum({name}) / len({name}) the mean of all.", name=name)
    return Finding(f"{text} {ways}")


RULES = (
    Rule(
        "formatted list",
        ("TypeError",),
        r"unsupported format string passed to (?P<kind>list|tuple|dict)\.__format__",
        _list_formatted,
        more="python/format",
        only_torch=False,
    ),
    Rule(
        "number formatting",
        ("TypeError",),
        r"unsupported format string passed to Tensor.__format__",
        _format,
        more="python/format",
    ),
)
