"""The lesson run beside the learner's session, unseen: the truth of a prediction, the outcome of a known mistake.

Each run has a namespace of its own, made by the same replay as a step's start state.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import io
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from typing import Any

from ptrepl.tutor.causes import fits_cause
from ptrepl.tutor.check.answers import Answer, Error
from ptrepl.tutor.check.compare import same_values
from ptrepl.tutor.check.grading import compile_fence, grade
from ptrepl.tutor.check.truth import truth_of
from ptrepl.tutor.check.verdict import Last, Verdict
from ptrepl.tutor.format.lesson import CodeFence, Lesson, Role
from ptrepl.tutor.isolation.error_text import message_of
from ptrepl.tutor.isolation.guard import guarded, seeded_state, set_random_state
from ptrepl.tutor.isolation.time_limit import Interrupted, Stopped, TookTooLong, time_limit
from ptrepl.tutor.isolation.torch_api import NoCopy, copy_of, is_tensor_value
from ptrepl.tutor.names import asked_names, names_bound_by, parse_python, used_names
from ptrepl.tutor.replay.outdated import SeenLeaves
from ptrepl.tutor.replay.replay import made_by, parts_before_work, setup_names

_LIMIT = 20.0
"""Seconds for a replay and what is tried after it; a lesson that needs more has no truth and no known mistakes."""
_ELEMENTS = 1_000
"""So many are compared one by one; of 30,000 that would take minutes."""


def start(lesson: Lesson, index: int, given: Mapping[str, Any]) -> dict[str, Any]:
    """A namespace as step ``index`` begins with; ``given`` holds torch, device … To be called while ``undisturbed``."""
    namespace: dict[str, Any] = {"__name__": "__main__", "__builtins__": builtins, **given}
    parts = parts_before_work(lesson, index)
    names, seen = made_by(parts), SeenLeaves()
    for part in parts:
        set_random_state(seeded_state(lesson.seed))
        for code in part.codes:
            seen.note(namespace, names)
            run(lesson, code, namespace)
    for name in seen.outdated(namespace, names - made_by(parts[-1:])):
        del namespace[name]
    return namespace


def run(lesson: Lesson, code: CodeFence, namespace: dict[str, Any]) -> Last:
    """Run a fence; how it ended, with the value of its last line where that is an expression, and what it printed."""
    caught = io.StringIO()
    with contextlib.redirect_stdout(caught):
        last = _run(lesson, code, namespace)
    printed = "" if caught.closed else caught.getvalue()
    sys.stdout.write(printed)
    return replace(last, printed=printed)


def _run(lesson: Lesson, code: CodeFence, namespace: dict[str, Any]) -> Last:
    try:
        body = parse_python(code.source).body
        if body and isinstance(body[-1], ast.Expr):
            head = "\n" * code.line + code.source
            tree = parse_python(head)
            last = tree.body.pop()
            assert isinstance(last, ast.Expr)  # as body[-1] is
            exec(compile(tree, lesson.path, "exec", dont_inherit=True), namespace)
            value = eval(compile(ast.Expression(last.value), lesson.path, "eval", dont_inherit=True), namespace)
            return Last(value=value, source=code.source, ran=code.source)
        exec(compile_fence(lesson, code), namespace)
    except Stopped:
        raise
    except BaseException as error:
        return Last(type(error).__name__, message_of(error), source=code.source, line=_line_of(error, lesson.path))
    return Last(source=code.source, ran=code.source)


def _line_of(error: BaseException, path: str) -> int:
    """The line of the fence itself, which is the first frame from that file; 0 where there is none."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename != path:
        trace = trace.tb_next
    return trace.tb_lineno if trace is not None else 0


def truth(lesson: Lesson, index: int, code: CodeFence, given: Mapping[str, Any]) -> Answer | None:
    """What ``code`` of a ``predict`` step gives, by really running it; None where no answer can say it."""
    try:
        with guarded() as printed, time_limit(_LIMIT, interruptible=True):
            namespace = start(lesson, index, given)
            printed.truncate(0)
            printed.seek(0)
            last = run(lesson, code, namespace)
            return Error(last.error) if last.error else truth_of(last.value, printed.getvalue())
    except TookTooLong:
        return None
    except Interrupted:
        raise KeyboardInterrupt from None


def dry_run(lesson: Lesson, index: int, code: CodeFence, given: Mapping[str, Any]) -> tuple[Verdict, Last] | None:
    """The verdict on a program run from the start state of its step, and how the program ended. None: it takes long."""
    try:
        with guarded(), time_limit(_LIMIT, interruptible=True):
            namespace = start(lesson, index, given)
            last = run(lesson, code, namespace)
    except TookTooLong:
        return None
    except Interrupted:
        raise KeyboardInterrupt from None
    return grade(lesson, lesson.steps[index], namespace, last, given), last


def start_and_goals(lesson: Lesson, index: int, given: Mapping[str, Any]) -> dict[str, list[Any]]:
    """What stands ready for a step, by its setup or since an earlier one, and is used by it: as it begins, and as each
    solution leaves it. Of a tensor a copy, of anything else the name of its type.

    Those that a check looks at for where training has brought them are left out: they are on their way.
    """
    step = lesson.steps[index]
    ways = [code.source for code in step.codes(Role.SOLUTION)]
    ready = setup_names(step).union(*map(used_names, ways)) - frozenset[str]().union(*map(names_bound_by, ways))
    trained = frozenset[str]().union(*(asked_names(code.source, only="trained") for code in step.codes(Role.CHECK)))
    found: dict[str, list[Any]] = {}
    try:
        with guarded(), time_limit(_LIMIT, interruptible=True):
            for code in (None, *step.codes(Role.SOLUTION)):
                namespace = start(lesson, index, given)
                if code is not None:
                    run(lesson, code, namespace)
                for name in (setup_names(step) | ready & namespace.keys()) - trained - given.keys():
                    if name in namespace:
                        value = namespace[name]
                        known = copy_of(value) if is_tensor_value(value) else type(value).__name__
                        found.setdefault(name, []).append(known)
    except (TookTooLong, NoCopy):
        return {}
    except Interrupted:
        raise KeyboardInterrupt from None
    return found


def between(value: Any, known: Sequence[Any]) -> bool:
    """Whether each element of ``value`` is what one of the tensors ``known`` has in its place.

    Of many elements, whether all of them are as in one of these. What is no tensor is of a type that ``known`` names.
    """
    if not is_tensor_value(value):
        return type(value).__name__ in [each for each in known if isinstance(each, str)]
    try:
        mine = copy_of(value)
    except NoCopy:
        return True
    alike = [each for each in known if not isinstance(each, str) and each.shape == mine.shape]
    if any(same_values(mine, each) for each in alike):
        return True
    return (
        bool(alike)
        and mine.numel() <= _ELEMENTS
        and all(
            any(same_values(mine.reshape(-1)[place], each.reshape(-1)[place]) for each in alike)
            for place in range(mine.numel())
        )
    )


def fitting_mistakes(
    wrongs: Sequence[CodeFence],
    verdict: Verdict,
    last: Last,
    typed: str,
    cause: str,
    tried: str,
    outcome_of: Callable[[CodeFence], tuple[Verdict, Last] | None],
) -> list[CodeFence]:
    """The known mistakes that fail just as what was ``typed`` did, and whose cause stands in ``cause``.

    Where none does, those with ``outcome=any`` whose cause stands there and that fail about the same name.

    ``cause``: the part of ``typed`` that things stand as they do by; ``tried``: the same with what has failed. Whoever
    is still on the way has not made a mistake that takes more lines than they have typed.
    """
    alike, related = [], []
    for code in wrongs:
        if not fits_cause(code.mentions, code.lacks, cause, tried):
            continue
        if verdict.unfinished and not last.error and not names_bound_by(code.source) <= names_bound_by(typed):
            continue
        known = outcome_of(code)
        if known is None:
            continue
        if same_mistake(verdict, last, *known):
            alike.append(code)
        elif code.outcome and same_kind(verdict, last, *known):
            related.append(code)
    return alike or related


def same_mistake(mine: Verdict, last: Last, known: Verdict, known_last: Last) -> bool:
    """Whether the learner's program and a known mistake failed alike: the same error, or the same values read."""
    if last.error or known_last.error:
        return (last.error, last.message.split("\n")[0]) == (known_last.error, known_last.message.split("\n")[0])
    told, known_told = (each.message.split("\n")[0] for each in (mine, known))  # below it, why a call failed
    if (mine.passed, told) != (known.passed, known_told) or len(mine.seen) != len(known.seen):
        return False
    return all(map(_same, mine.seen, known.seen))


def same_kind(mine: Verdict, last: Last, known: Verdict, known_last: Last) -> bool:
    """Whether both ended in one error, if of other numbers, or both failed about one name, if at different values."""
    if last.error or known_last.error:
        return last.error == known_last.error and _same_words(last.message, known_last.message)
    return (mine.passed, mine.unfinished, mine.typed_in, mine.about) == (
        known.passed,
        known.unfinished,
        known.typed_in,
        known.about,
    )


_ALIKE = 0.6
"""How much of two messages is the same where they are of one error: the names of functions and types in it differ."""


def _same_words(one: str, other: str) -> bool:
    (words, dims), (others, other_dims) = (
        (re.findall(r"[^\W\d]+", line), re.findall(r"dim\w* (\d+)", line))
        for line in (text.split("\n")[0] for text in (one, other))
    )
    return dims == other_dims and SequenceMatcher(None, words, others, autojunk=False).ratio() >= _ALIKE


def _same(one: Any, other: Any) -> bool:
    if is_tensor_value(one) and is_tensor_value(other):
        return same_values(one, other)
    if isinstance(one, tuple) and isinstance(other, tuple):  # what max(dim=) gives is a tuple of tensors
        mine, others = tuple.__iter__(one), tuple.__iter__(other)
        alike = type(one) is type(other) and tuple.__len__(one) == tuple.__len__(other)
        return alike and all(map(_same, mine, others))
    if isinstance(one, (bool, int, float, str, type(None))):
        return type(one) is type(other) and bool(one == other)
    return type(one) is type(other)
