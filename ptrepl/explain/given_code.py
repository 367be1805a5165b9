"""An error inside a function that the learner was given: where it failed, and what their call had handed to it.

A lesson runs code of its own in the names of the prompt. Its lines are not the learner's to mend, so no rule speaks of
them; what the learner can change is the call.
"""

from __future__ import annotations

import ast
import types
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

from ptrepl.engine.run.failure import is_run_as_text
from ptrepl.engine.watch.facts import shape_text
from ptrepl.explain.called_before import beside_the_earlier_call
from ptrepl.explain.case import Case, sizes
from ptrepl.explain.locate import Site, frames_of, locate
from ptrepl.explain.operands.operand_text import is_written, operand_text
from ptrepl.explain.rule import Finding
from ptrepl.explain.standins.lookup import NotReadable
from ptrepl.texts.lists import every
from ptrepl.texts.messages import gettext

_MOST_FACTS = 4
_LONGEST = 60
_PLAIN = (bool, int, float, str)


def runs_given_code(case: Case) -> bool:
    """Whether the learner's line called code that somebody else ran in the names of the prompt, and that failed."""
    return any(_is_given(case, frame) for frame in case.inner_frames)


def in_given_code(case: Case) -> Finding | None:
    """Where the given code failed, with what it had there, and what the learner's call gave it."""
    inside = replace(case, maybe_site=_site_inside(case), learner_files=lambda name: _counts(case, name))
    if inside.maybe_site is None or isinstance(inside.node, (ast.Raise, ast.Assert)):
        return None
    frame, node = inside.site.outer, inside.node
    assert node is not None
    function, code = frame.f_code.co_qualname, inside.text(node)
    facts = [fact for _, fact in islice(_facts(inside), _MOST_FACTS)]
    given = [*_given(case, inside)]
    if len(code) > _LONGEST or not facts:
        text = gettext("{function} fails in line {line}.", function=function, line=node.lineno)
    else:
        text = gettext("{function} fails at {code}, where {facts}.", function=function, code=code, facts=every(facts))
    if given:
        more = gettext("This call gives it {given}.", given=every(given))
        text = f"{text} {more}"
    return beside_the_earlier_call(inside, Finding(text))


def _is_given(case: Case, frame: types.FrameType) -> bool:
    name = frame.f_code.co_filename
    return frame.f_globals is case.names and not case.learner_files(name) and is_run_as_text(name)


def _counts(case: Case, name: str) -> bool:
    return case.learner_files(name) or any(
        _is_given(case, each) for each in case.inner_frames if each.f_code.co_filename == name
    )


def _site_inside(case: Case) -> Site | None:
    entries = [entry for entry in frames_of(case.error.__traceback__) if _is_given(case, entry.tb_frame)]
    return locate(entries[-1], lambda name: _counts(case, name)) if entries else None


def _facts(case: Case) -> Iterator[tuple[ast.expr, str]]:
    """What the operands of the failing node are, each as Python would ask for it."""
    operands = [each for each in case.operands() if not is_written(each)]
    facts = {id(each): case.facts(each) for each in operands}
    dtypes = {each.dtype for each in facts.values() if each is not None}
    for node in operands:
        tensor, name = facts[id(node)], operand_text(case, node)
        shape = sizes(tensor)
        if tensor is not None and shape is not None:
            yield node, f"{name}.shape == {shape_text(shape)}"
            if len(dtypes) > 1 and not isinstance(case.node, ast.Subscript):  # an index is of integers
                yield node, f"{name}.dtype == torch.{tensor.dtype}"
        elif tensor is None and (fact := _plain(case, node, name)):
            yield node, fact


def _plain(case: Case, node: ast.expr, name: str) -> str:
    """``param.grad is None``, ``lr == 0.1``, ``type(params) is list``; "" where it is not known."""
    try:
        held: Any = case.scope.real(node)
    except NotReadable:
        return ""
    if held is None:
        return f"{name} is None"
    if type(held) in _PLAIN and len(repr(held)) <= _LONGEST:
        return f"{name} == {held!r}"
    return f"type({name}) is {type(held).__name__}" if type(held) in (list, tuple, dict) else ""


def _given(case: Case, inside: Case) -> Iterator[str]:
    """``w = torch.zeros(3)`` for each parameter that is among the facts, where the call gives it another name."""
    call, frame = case.node, inside.site.outer
    called: Any = case.real(call.func) if isinstance(call, ast.Call) else None
    if not isinstance(call, ast.Call) or type(called) is not types.FunctionType or called.__code__ is not frame.f_code:
        return
    told = {each.id for node, _ in _facts(inside) for each in ast.walk(node) if isinstance(each, ast.Name)}
    names = called.__code__.co_varnames[: called.__code__.co_argcount]
    handed = [*zip(names, call.args, strict=False), *((each.arg, each.value) for each in call.keywords)]
    for name, value in handed:
        if name not in told or is_written(value) or isinstance(value, ast.Starred):
            continue
        if (text := operand_text(case, value)) != name:
            yield f"{name} = {text}"
