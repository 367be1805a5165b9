"""A function or a method of the learner's that is given more than it takes, or less: ``evaluate(model)``."""

from __future__ import annotations

import ast
import re
import types
from typing import Any

from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import in_a_sentence, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.lists import every
from ptrepl.texts.messages import gettext, ngettext


def _arguments(case: Case) -> Finding | None:
    node = case.node
    if not isinstance(node, ast.Call) or case.inner_frames or any(isinstance(each, ast.Starred) for each in node.args):
        return None
    called: Any = case.real(node.func)
    own = 0
    if type(called) is types.MethodType:
        called, own = called.__func__, 1
    if type(called) is not types.FunctionType or called.__name__ != case.match["function"]:
        return None
    code = called.__code__
    if not case.learner_files(code.co_filename):
        return None
    parameters = [*code.co_varnames[own : code.co_argcount]]
    if case.match["lacking"]:
        only = [*code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]]
        return _lacking(case, node, parameters, only, re.findall(r"'(\w+)'", case.match["lacking"]))
    return _more(case, node, parameters)


def _lacking(case: Case, node: ast.Call, parameters: list[str], only: list[str], missing: list[str]) -> Finding | None:
    if not {*missing} <= {*parameters, *only}:
        return None
    text = ngettext(
        "{function} takes {parameters}, and {missing} is not given.",
        "{function} takes {parameters}, and {missing} are not given.",
        len(missing),
        function=operand_text(case, node.func),
        parameters=every([*parameters, *only]),
        missing=every(missing),
    )
    names = case.scope.locals if case.site.is_nested else case.names
    last = [*parameters[len(node.args) :]] == missing and not node.keywords
    if not all(each in names for each in missing):
        return Finding(text)
    given = [segment(case.site.source, each) for each in node.args]
    given += [f"{each.arg}={segment(case.site.source, each.value)}" for each in node.keywords]
    given += missing if last else [f"{each}={each}" for each in missing]
    new = f"{segment(case.site.source, node.func)}({', '.join(given)})"
    return Finding(text, verified(case, Candidate(new)))


def _more(case: Case, node: ast.Call, parameters: list[str]) -> Finding | None:
    rest = [operand_text(case, each) for each in node.args[len(parameters) :]]
    function = operand_text(case, node.func)
    if not rest:
        return None
    code = in_a_sentence(_without(case, node, len(parameters)))
    if not parameters:
        return Finding(
            gettext(
                "{function} takes nothing, and the call gives it {rest}. If it is to use that, its def line needs a "
                "parameter for it; if not, the call is {code}.",
                function=function,
                rest=every(rest),
                code=code,
            )
        )
    return Finding(
        ngettext(
            "{function} takes {parameters}, and the call gives one value more: {rest}. If it is to use that, its def "
            "line needs a parameter for it; if not, the call is {code}.",
            "{function} takes {parameters}, and the call gives {count} values more: {rest}. If it is to use them, its "
            "def line needs a parameter for each; if not, the call is {code}.",
            len(rest),
            function=function,
            parameters=every(parameters),
            rest=every(rest),
            code=code,
        )
    )


def _without(case: Case, node: ast.Call, count: int) -> str:
    source = case.site.source
    given = [segment(source, each) for each in node.args[:count]]
    given += [f"{each.arg}={segment(source, each.value)}" for each in node.keywords]
    return spliced(source, node, {node: f"{segment(source, node.func)}({', '.join(given)})"})


RULES = (
    Rule(
        "own arguments",
        ("TypeError",),
        r"^(?:[\w.<>]+\.)?(?P<function>(?!forward|__init__)\w+)\(\) (?:takes (?:from )?\d+ (?:to \d+ )?positional "
        r"arguments? but|missing \d+ required (?:positional|keyword-only) arguments?: (?P<lacking>'.*))",
        _arguments,
        more="python/keyword-arguments",
    ),
)
