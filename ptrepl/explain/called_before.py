"""A call of the learner's code that failed, beside an earlier one that went well: which argument is another one now."""

from __future__ import annotations

import ast
import sys
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.facts import TensorFacts, read, shape_text
from ptrepl.engine.watch.kinds import Kind, class_dict, is_tensor_class, kind_of, mro
from ptrepl.explain.case import Case, sizes
from ptrepl.explain.fixes.class_text import class_text
from ptrepl.explain.fixes.trial import MOST_FIXES, Candidate, tried
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.outer_call import first_convolution
from ptrepl.explain.own_sites import own_sites
from ptrepl.explain.provenance.worked_before import earlier_calls
from ptrepl.explain.rewrite import in_one_line, postfix, segment, spliced
from ptrepl.explain.rule import Finding
from ptrepl.explain.standins.calling import Failed, Unknown
from ptrepl.explain.standins.evaluate import Evaluator
from ptrepl.explain.standins.lookup import FrameScope
from ptrepl.explain.standins.standins import StandIns
from ptrepl.texts.messages import gettext

_MOST_SITES = 20
_MOST_CALLS = 12
_LONGEST = 60
_ERRORS = (RuntimeError, ValueError, IndexError)
_BATCH = ".unsqueeze(0)"
_DROPPING = frozenset("squeeze flatten mean sum max min amax amin argmax argmin view reshape unbind select".split())
_SETTINGS = (bool, int, float, str)


@dataclass(frozen=True, slots=True)
class _Given:
    """One argument, as it is now and as it was."""

    node: ast.expr
    parameter: str
    now: tuple[int, ...]
    was: tuple[int, ...]


def beside_the_earlier_call(case: Case, finding: Finding) -> Finding:
    """The finding, where it has no fix: what the same call was given when it went well, and a fix of that argument.

    Only where a function or a network of the learner's failed inside, and its arguments differ in shape alone. Before
    a fix of that function or network, which was right for what it got, comes one of the argument.
    """
    if not all(map(_defines, finding.fixes)):
        return finding
    if case.maybe_site is None or not case.site.is_nested or not isinstance(case.error, _ERRORS):
        return finding
    outer = _at_prompt(case)
    call = outer.node if outer is not None else None
    if outer is None or not isinstance(call, ast.Call):
        return finding
    called, positions = outer.real(call.func), _parameters(outer.real(call.func))
    for before, source in islice(earlier_calls(case), _MOST_CALLS):
        if case.real_at_prompt(before.func) is not called:
            continue
        others = _others(case, outer, call, before, positions)
        if others is not None:
            return _told(outer, finding, call, in_one_line(source, before), others)
    return finding


def at_the_call(case: Case, finding: Finding) -> Finding:
    """The finding, where a fix puts ``.unsqueeze(0)`` into a method of a network: it belongs to the call.

    In the method it would break every batch. Where the method itself has dropped a dim, or where the call still fails
    with a batch of one, the finding as it is.
    """
    wrong = [fix for fix in finding.fixes if case.maybe_site is not None and _adds_batch(case, fix)]
    outer = _at_prompt(case) if wrong else None
    call = outer.node if outer is not None else None
    if outer is None or not isinstance(call, ast.Call) or call.keywords:
        return finding
    source, given = outer.site.source, [each for each in call.args if outer.shape(each) is not None]
    code = spliced(source, call, {each: postfix(source, each, ".unsqueeze(0)") for each in given})
    fixes = tried(outer, [Candidate(code, of=call)], most=1) if len(given) == 1 else ()
    if not fixes:
        return finding
    batch = gettext("{code} makes a batch of one.", code=in_one_line(code, _tree(code)))
    return Finding(f"{finding.text} {batch}", (*fixes, *(each for each in finding.fixes if each not in wrong)))


def _adds_batch(case: Case, fix: Fix) -> bool:
    """Whether the fix is a network whose failing method gets ``.unsqueeze(0)``, and drops no dim itself."""
    frame = case.site.frame
    held = frame.f_locals.get("self")
    text = class_text(case, type(held)) if kind_of(held) is Kind.MODULE and fix.code.startswith("class ") else None
    old = text.method(frame.f_code.co_name) if text is not None else None
    if old is None or fix.code.count(_BATCH) <= ast.unparse(old).count(_BATCH):
        return False
    return not any(
        (isinstance(each, ast.Attribute) and each.attr in _DROPPING)
        or (isinstance(each, ast.Subscript) and isinstance(each.ctx, ast.Load) and _has_index(each.slice))
        for each in ast.walk(old)
        if getattr(each, "lineno", 0) <= case.site.line.lineno
    )


def _has_index(node: ast.expr) -> bool:
    parts = node.elts if isinstance(node, ast.Tuple) else [node]
    return any(isinstance(each, (ast.Constant, ast.UnaryOp)) for each in parts)


def _defines(fix: Fix) -> bool:
    """Whether the fix is a function or a class with another line."""
    return fix.code.startswith(("class ", "def "))


def _at_prompt(case: Case) -> Case | None:
    """The learner's call at the prompt that led to the failure, as a case."""
    sites = [each for each in islice(own_sites(case), _MOST_SITES) if not each.is_nested]
    return replace(case, maybe_site=sites[-1]) if sites else None


def _parameters(called: Any) -> list[str]:
    """The names of the positional parameters of a function, or of the ``forward`` of a network."""
    if kind_of(called) is Kind.MODULE:
        held = (class_dict(base) for base in mro(type(called)))
        called = next((each["forward"] for each in held if "forward" in each), None)
        return _parameters(called)[1:]
    if type(called) is not types.FunctionType:
        return []
    return [*called.__code__.co_varnames[: called.__code__.co_argcount]]


def _facts(case: Case, node: ast.expr) -> TensorFacts | None:
    """What ``node`` of an earlier statement gives today: its names mean the same still."""
    try:
        value = Evaluator(FrameScope(case.names, case.names), StandIns(one_device=True)).value(node)
    except (Unknown, Failed):
        return None
    return read(value) if is_tensor_class(type(value)) else None


def _others(case: Case, outer: Case, call: ast.Call, before: ast.Call, positions: list[str]) -> list[_Given] | None:
    """The arguments that had another shape; None where more than the shapes of tensors differs, or where it is not
    known."""
    if call.keywords or before.keywords or not len(call.args) == len(before.args) <= len(positions):
        return None
    found = []
    for now, was, parameter in zip(call.args, before.args, positions, strict=False):
        if isinstance(now, ast.Starred) or isinstance(was, ast.Starred):
            return None
        if _is_the_same(outer, case, now, was):
            continue
        one, two = outer.facts(now), _facts(case, was)
        shapes = sizes(one), sizes(two)
        if one is None or two is None or shapes[0] is None or shapes[1] is None or one.dtype != two.dtype:
            return None
        if shapes[0] != shapes[1]:
            found.append(_Given(now, parameter, shapes[0], shapes[1]))
    return found or None


def _is_the_same(outer: Case, case: Case, now: ast.expr, was: ast.expr) -> bool:
    """Whether both name one object that is no tensor, or write one number."""
    one, two = outer.real(now), case.real_at_prompt(was)
    if isinstance(now, ast.Constant) and isinstance(was, ast.Constant):
        return type(now.value) in _SETTINGS and now.value == was.value
    return one is not None and one is two and not is_tensor_class(type(one))


def _told(outer: Case, finding: Finding, call: ast.Call, text: str, others: list[_Given]) -> Finding:
    """``text``: the call that went well."""
    batches = all(each.now[1:] == each.was[1:] and len(each.now) == len(each.was) for each in others)
    if batches or len(text) > _LONGEST:
        return finding
    unlike = [each for each in others if each.now[1:] != each.was[1:] or len(each.now) != len(each.was)]
    if len(unlike) == 1:
        [one] = unlike
        said = gettext(
            "{call} went well before: there {parameter} was {was}, and here {given} is {now}.",
            call=text,
            parameter=one.parameter,
            was=shape_text(one.was),
            given=operand_text(outer, one.node),
            now=shape_text(one.now),
        )
    elif not _lack_the_batch(others):
        return finding
    else:
        said = gettext(
            "{call} went well before, and each tensor in it had one dim more, for the batch.",
            call=text,
        )
    for code, what in _repairs(outer, call, others, unlike):
        fixes = tried(outer, [Candidate(code, of=call)], most=1)
        if fixes:
            told = f"{finding.text} {said} {what(in_one_line(code, _tree(code)))}"
            return Finding(told, (*fixes, *finding.fixes)[:MOST_FIXES])
    return finding if finding.fixes else replace(finding, text=f"{finding.text} {said}")


def _tree(code: str) -> ast.expr:
    return ast.parse(code, mode="eval").body


def _lack_the_batch(others: list[_Given]) -> bool:
    return all(len(each.was) == len(each.now) + 1 and each.was[1:] == each.now for each in others)


def _repairs(
    outer: Case, call: ast.Call, others: list[_Given], unlike: list[_Given]
) -> Iterator[tuple[str, Callable[[str], str]]]:
    """The call with its arguments in the shape that they had, and what to say of it."""
    source = outer.site.source

    def changed(given: list[_Given], suffix: str) -> str:
        return spliced(source, call, {each.node: postfix(source, each.node, suffix) for each in given})

    if _lack_the_batch(unlike) and (len(unlike) == len(others)):
        yield changed(unlike, ".unsqueeze(0)"), lambda code: gettext("{code} makes a batch of one.", code=code)
        return
    if len(unlike) != 1:
        return
    [one] = unlike
    if len(one.now) == len(one.was):
        swapped = [at for at, size in enumerate(one.now) if size != one.was[at]]
        if len(swapped) == 2 and all(one.now[a] == one.was[b] for a, b in (swapped, swapped[::-1])):
            suffix = ".T" if len(one.now) == 2 else f".transpose({swapped[0]}, {swapped[1]})"
            yield changed(unlike, suffix), lambda code: gettext("{code} has the dims in that order.", code=code)
    if len(one.now) == len(one.was) == 4 and one.now[1] == 1 and one.was[1] == 3 and one.now[2:] == one.was[2:]:
        yield (
            changed(unlike, ".expand(-1, 3, -1, -1)"),
            lambda code: gettext("{code} gives it the one channel as each of three.", code=code),
        )
    image = len(one.now) == len(one.was) == 4 and one.now[1] == one.was[1] and 0 not in one.was
    facts = outer.facts(one.node)
    made = facts is None or facts.requires_grad  # what a network has made has to come out in the right size
    if image and not made and len(call.args) == 1 and first_convolution(outer.real(call.func)) == (2, one.now[1]):
        size = shape_text(one.was[2:])
        resized = f"F.interpolate({segment(source, one.node)}, size={size})"
        if _has_functional(outer):
            yield (
                spliced(source, call, {one.node: resized}),
                lambda code: gettext("{code} brings the images to the size of before.", code=code),
            )


def _has_functional(case: Case) -> bool:
    """Whether the prompt calls torch.nn.functional F, as it does at the start."""
    return case.names.get("F") is sys.modules["torch"].nn.functional
