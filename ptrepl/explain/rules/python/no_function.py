"""A string, a list, a dict or None that is called."""

from __future__ import annotations

import ast
import builtins

from ptrepl.engine.watch.kinds import own_dict, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import in_a_sentence, segment
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.rules.autograd.no_gradient import made_none
from ptrepl.explain.standins.lookup import NotReadable
from ptrepl.texts.messages import gettext


def _called(case: Case) -> Finding | None:
    """A string, a dict, a list or None that is called."""
    node = case.node
    if not isinstance(node, ast.Call) or case.inner_frames:
        return None
    name, real = operand_text(case, node.func), case.real(node.func)
    if case.match["kind"] == "NoneType":
        return _none_called(case, node.func, name)
    if isinstance(node.func, ast.Name) and hasattr(builtins, node.func.id):
        return None  # a name of Python's that was given away
    if type(real) is str:
        text = gettext(
            "{name} is the string {value}, not a function. A dict from names to functions finds one by its name.",
            name=name,
            value=repr(real[:20]),
        )
        return Finding(text)
    if type(real) in (dict, list, tuple) and len(node.args) == 1 and not node.keywords:
        text = gettext(
            "{name} is of type {type}, not a function: what it holds is taken out with square brackets.",
            name=name,
            type=type_name(real),
        )
        code = f"{segment(case.site.source, node.func)}[{segment(case.site.source, node.args[0])}]"
        key = case.value(node.args[0])
        fits = key in real if type(real) is dict and type(key) in (str, int) else type(key) is int
        return Finding(text, verified(case, Candidate(code)) if fits else ())
    return None


def _none_called(case: Case, func: ast.expr, name: str) -> Finding | None:
    if isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name):
        owner = case.scope.locals.get(func.value.id)
        if type(own_dict(owner)) is dict and own_dict(owner).get(func.attr, 0) is None:
            return Finding(
                gettext(
                    "{name} is None, so there is nothing to call. Where it may be None, ask first: if {name} is not "
                    "None.",
                    name=name,
                )
            )
    if isinstance(func, ast.Name) and case.scope.locals.get(func.id, 0) is None:
        if (made := made_none(case, func)) is not None:
            return made
        return Finding(gettext("{name} is None, so there is nothing to call.", name=name))
    return None


def _compared(case: Case) -> Finding | None:
    """``if loss < self.best`` where ``self.best`` is None until there is a first one."""
    match case.node:
        case ast.Compare(left=left, ops=[ast.Lt() | ast.Gt() | ast.LtE() | ast.GtE()], comparators=[right]) as node:
            pass
        case _:
            return None
    found = next((each for each in (left, right) if _is_known_none(case, each)), None)
    above = case.parents[0] if case.parents else None
    if found is None or not isinstance(found, (ast.Name, ast.Attribute)):
        return None
    if (made := made_none(case, found)) is not None:
        return made
    name = segment(case.site.source, found)
    text = gettext("{name} is None, and None is neither less nor greater than a number.", name=name)
    if not isinstance(above, ast.If) or above.test is not node or not _assigns(above.body, name):
        return Finding(text)
    code = f"{name} is None or {segment(case.site.source, node)}"
    first = gettext(
        "Until the first one is kept there is nothing to compare with: if {code}.", code=in_a_sentence(code)
    )
    return Finding(f"{text} {first}", verified(case, Candidate(code)))


def _is_known_none(case: Case, node: ast.expr) -> bool:
    try:
        return case.scope.real(node) is None
    except NotReadable:
        return False


def _assigns(body: list[ast.stmt], name: str) -> bool:
    """Whether the branch gives it a value: ``self.best = loss``."""
    lines = [each for each in body if isinstance(each, ast.Assign)]
    return any(ast.unparse(target) == name for each in lines for target in each.targets)


BEFORE = ("python.called", "modules.layer_settings", "arrays.from_data")

RULES = (
    Rule(
        "compared with None",
        ("TypeError",),
        r"^'[<>]=?' not supported between instances of '(?:\w+' and 'NoneType|NoneType' and '\w+)'",
        _compared,
        "python/none",
        only_torch=False,
    ),
    Rule(
        "no function",
        ("TypeError",),
        r"^'(?P<kind>str|dict|list|tuple|NoneType)' object is not callable",
        _called,
        "python/calls",
        only_torch=False,
    ),
)
