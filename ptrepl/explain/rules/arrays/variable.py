"""``Variable``, which a tensor has been itself since PyTorch 0.4, in a program that does not import it."""

from __future__ import annotations

import ast

from ptrepl.engine.explanation import Fix
from ptrepl.explain.case import Case
from ptrepl.explain.rewrite import postfix, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext

_MOST_LINES = 20


def _variable(case: Case) -> Finding | None:
    site, call = case.site, case.parents[0] if case.parents else None
    if (
        site.inner
        or not isinstance(site.node, ast.Name)
        or not isinstance(call, ast.Call)
        or call.func is not site.node
    ):
        return None
    text = gettext(
        "Variable is not imported, and it has not been needed since PyTorch 0.4: a tensor does what a Variable did. "
        "Leave it off."
    )
    if any(each.arg == "volatile" for each in call.keywords):
        now = gettext("volatile=True is written with torch.no_grad(): today, around the code that needs no gradients.")
        text = f"{text} {now}"
    return Finding(text, _without(case))


def _without(case: Case) -> tuple[Fix, ...]:
    """The statement with tensors in place of Variables, and without the lines that then assign a name to itself."""
    site = case.site
    calls = [each for each in ast.walk(site.statement) if _is_variable(each)]
    inside = [each for call in calls for each in ast.walk(call) if each is not call and _is_variable(each)]
    texts: dict[ast.expr | ast.stmt, str] = {}
    for call in calls:
        assert isinstance(call, ast.Call)
        new = _tensor(site.source, call)
        if new is None or inside:
            return ()
        texts[call] = new
    code = spliced(site.source, site.statement, texts)
    lines = code.splitlines()
    kept = [line for line in lines if not _does_nothing(line)]
    for each in ("\n".join(kept), code):
        try:
            ast.parse(each)
        except SyntaxError:
            continue
        return (Fix(each),) if each and len(kept) <= _MOST_LINES else ()
    return ()


def _is_variable(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Variable"


def _tensor(source: str, call: ast.Call) -> str | None:
    """What is written for the call; None where it is given something else than a tensor and requires_grad."""
    match call.args, [(each.arg, each.value) for each in call.keywords]:
        case [tensor], []:
            return segment(source, tensor)
        case [tensor], [("requires_grad", ast.Constant(value=bool() as value))]:
            return postfix(source, tensor, ".requires_grad_()") if value else segment(source, tensor)
    return None


def _does_nothing(line: str) -> bool:
    """Whether a line is ``x = x`` or ``x, y = x, y``."""
    try:
        match ast.parse(line.strip()).body:
            case [ast.Assign(targets=[target], value=value)]:
                return ast.unparse(target) == ast.unparse(value)
    except SyntaxError:
        pass
    return False


BEFORE = ("modules.class_slips", "python.name")

RULES = (Rule("old variable", ("NameError",), r"^name 'Variable' is not defined", _variable, "arrays/call-forms"),)
