"""Views of a tensor whose elements do not lie in memory in the order of its shape."""

from __future__ import annotations

import ast

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.facts import torch_functions_off
from ptrepl.engine.watch.kinds import is_tensor_class
from ptrepl.explain.called_name import names_within
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.invocation import changed, invocation
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import postfix, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.standins.calling import Failed, Unknown
from ptrepl.explain.standins.evaluate import Evaluator
from ptrepl.explain.standins.standins import StandIns
from ptrepl.explain.standins.torch_code import is_in_place
from ptrepl.texts.lists import every
from ptrepl.texts.messages import N_, gettext

_TRANSPOSING = frozenset("T mT H mH t permute transpose swapaxes swapdims movedim moveaxis adjoint".split())
_ONE_ORDER = N_(".view never copies, so it cannot read them in another order.")
_ONE_PLACE_EACH = N_(".view never copies, and for this shape each of them would have to be stored by itself.")


def _not_contiguous(case: Case) -> Finding | None:
    call = invocation(case)
    if call is None or call.name not in ("view", "view_as") or not isinstance(call.node.func, ast.Attribute):
        return None
    source, base = case.site.source, call.args[0]
    repeats = _repeats(case, base)
    why = _ONE_PLACE_EACH if repeats and _transposing(base) is None else _ONE_ORDER
    told = [_what(case, base, repeats=repeats), gettext(why)]
    if _is_written_to(case):
        name = case.called(base, gettext("the tensor"))
        told.append(
            gettext(
                ".reshape would make a copy here, and what is written to a copy does not reach {tensor}.", tensor=name
            )
        )
        return Finding(" ".join(told))
    told.append(gettext(".reshape copies where it must."))
    method = ".reshape" if call.name == "view" else ".reshape_as"
    fixes = [
        Candidate(changed(case, {call.node.func: postfix(source, base, method)})),
        Candidate(changed(case, {base: postfix(source, base, ".contiguous()")})),
    ]
    offered = tried(case, fixes)
    if others := _refused_as_well(case):
        also = gettext("The same holds for {others}.", others=every([operand_text(case, each) for each in others]))
        return Finding(" ".join([*told, also]), _all_of_them(case, others, offered))
    return Finding(" ".join(told), offered)


def _refused_as_well(case: Case) -> list[ast.Call]:
    """Further calls of view in the function that failed, which would fail next for the same reason."""
    function = next((each for each in case.parents if isinstance(each, ast.FunctionDef)), None)
    found: list[ast.Call] = []
    for each in ast.walk(function) if function is not None else ():
        match each:
            case ast.Call(func=ast.Attribute(attr="view" | "view_as")) if each.lineno >= case.site.node.lineno:
                if each is not case.node and _is_refused(case, each):
                    found.append(each)
    return found


def _is_refused(case: Case, call: ast.Call) -> bool:
    names = names_within(call)
    between = [
        each
        for each in ast.walk(case.site.statement)
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store) and each.id in names
    ]
    if any(case.site.node.lineno <= each.lineno < call.lineno for each in between):
        return False  # it gets another value first
    try:
        Evaluator(case.scope, StandIns()).value(call)
    except Failed as failed:
        return "view size is not compatible" in str(failed)  # not a sentence: torch's message
    except Unknown:
        pass
    return False


def _all_of_them(case: Case, others: list[ast.Call], offered: tuple[Fix, ...]) -> tuple[Fix, ...]:
    """The fixes of the failing call, with the other calls mended in the same way."""
    source, whole, node = case.site.source, case.site.statement, case.site.node
    assert isinstance(node, ast.Call)
    found = []
    for contiguous in (False, True):
        texts: dict[ast.expr | ast.stmt, str] = {}
        for each in (node, *others):
            assert isinstance(each.func, ast.Attribute)
            base = each.func.value
            reshaping = ".reshape" if each.func.attr == "view" else ".reshape_as"
            texts[base if contiguous else each.func] = postfix(
                source, base, ".contiguous()" if contiguous else reshaping
            )
        alone = spliced(source, whole, dict([*texts.items()][:1]))
        found += [Fix(spliced(source, whole, texts)) for fix in offered if fix.code == alone]
    return tuple(found)


def _what(case: Case, base: ast.expr, *, repeats: bool) -> str:
    """A sentence: which operation reordered the dims and left the elements where they were in memory."""
    transposed = _transposing(base)
    if transposed is not None:
        said = case.called(transposed, gettext("An operation before it"))
        return gettext(
            "{operation} reorders the dims of a tensor without moving its elements in memory.", operation=said
        )
    name = case.called(base, gettext("The tensor"))
    if repeats:
        return gettext(
            "{tensor} repeats numbers without storing them again, as .expand does: several of its elements share one "
            "place in memory.",
            tensor=name,
        )
    made = None
    if isinstance(base, ast.Name) and case.record is not None and case.real(base) is case.names.get(base.id):
        made = case.record.made(base.id)
    if made is not None:
        try:
            match ast.parse(made[0].source).body:
                case [ast.Assign(value=value) as statement] if _transposing(value) is not None:
                    return gettext(
                        "{tensor} was made by {statement}, which reorders the dims of a tensor without moving its "
                        "elements in memory.",
                        tensor=name,
                        statement=ast.unparse(statement),
                    )
        except SyntaxError:
            pass
    name = case.called(base, gettext("the tensor"))
    return gettext(
        "The elements of {tensor} do not lie in memory in the order of its shape, as after .T, .permute or a slice.",
        tensor=name,
    )


def _repeats(case: Case, base: ast.expr) -> bool:
    """Whether elements of it share a place in memory."""
    value = case.real(base) if case.real(base) is not None else case.value(base)
    if not is_tensor_class(type(value)):
        return False
    with torch_functions_off():
        return any(step == 0 and size > 1 for step, size in zip(value.stride(), value.shape, strict=True))


def _is_written_to(case: Case) -> bool:
    """Whether something is written into the failing node: ``x.view(-1)[0] = 1``, ``x.view(-1).zero_()``."""
    inner: ast.AST | None = case.node
    for parent in case.site.parents:
        match parent:
            case ast.Attribute() | ast.Subscript() if parent.value is inner:
                if isinstance(parent.ctx, (ast.Store, ast.Del)) or is_in_place(getattr(parent, "attr", "")):
                    return True
            case ast.Call(func=func) if func is inner:
                pass
            case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)):
                return is_in_place(name)
            case ast.keyword(arg="out"):
                return True
            case _:
                return False
        inner = parent
    return False


def _transposing(node: ast.expr) -> ast.expr | None:
    """The last operation in a chain of methods that reordered the dims of the tensor."""
    while True:
        match node:
            case ast.Attribute(attr=name) | ast.Call(func=ast.Attribute(attr=name)) if name in _TRANSPOSING:
                return node
            case ast.Call(func=ast.Attribute(value=value, attr="detach" | "relu" | "abs" | "float" | "clone")):
                node = value
            case _:
                return None


RULES = (
    Rule(
        "view",
        ("RuntimeError",),
        r"view size is not compatible with input tensor's size and stride",
        _not_contiguous,
        more="shapes/view",
    ),
)
