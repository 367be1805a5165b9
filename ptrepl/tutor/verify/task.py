"""A task tried with everything that its author wrote for it, and with mutants of its solutions."""

from __future__ import annotations

from contextlib import suppress

from ptrepl.texts.messages import N_, gettext
from ptrepl.tutor.causes import fits_cause
from ptrepl.tutor.check.verdict import CheckFault, Last, Verdict
from ptrepl.tutor.format.lesson import CodeFence, Facet, Role, Step
from ptrepl.tutor.isolation.guard import seeded_state
from ptrepl.tutor.names import asked_names, names_bound_by, used_names
from ptrepl.tutor.play.signs import is_attempt
from ptrepl.tutor.replay.dry_run import fitting_mistakes
from ptrepl.tutor.verify.isolate import Lost
from ptrepl.tutor.verify.mutate import Mutant, mutants
from ptrepl.tutor.verify.observe import Observable, Observed, Subject, agreed, key_of
from ptrepl.tutor.verify.report import Fault, Mark, Tally
from ptrepl.tutor.verify.trial import Bench, Passed, Trial

_OTHER_NUMBERS = 7919
"""Added to the seed for a second run: a result that differs then is random, so it is not promised."""
_SURVIVES = {
    Subject.CODE: N_("the check lets this mistake pass: `{change}` ({code} is then not what the step promises)"),
    Subject.MEMORY: N_(
        "the check lets this mistake pass: `{change}` "
        "(whether {name} and {other} share memory is then not what the step promises)"
    ),
    Subject.RESULT: N_("the check lets this mistake pass: `{change}` (the result is then not what the step promises)"),
    Subject.RESULT_SHAPE: N_(
        "the check lets this mistake pass: `{change}` (the shape of the result is then not what the step promises)"
    ),
    Subject.ERROR: N_("the check lets this mistake pass: `{change}` (the error is then not what the step promises)"),
}


def task_faults(bench: Bench) -> list[Fault]:
    """Solutions that fail; starters, empty answers and mistakes that pass; mistakes whose message is never shown."""
    step = bench.step
    faults = [fault for code in step.codes(Role.SOLUTION) if (fault := _solution(bench, code))]
    nothing = CodeFence(Role.STARTER, "pass", step.line)
    faults += _must_fail(bench, nothing, gettext("this step is passed by doing nothing"))
    for code in step.codes(Role.STARTER):
        faults += _must_fail(bench, code, gettext("the starter passes as it is; leave something to do"))
    return faults + _mistakes(bench)


def _solution(bench: Bench, code: CodeFence) -> Fault | None:
    try:
        trial = _tried(bench, code)
    except Lost as lost:
        if lost.seconds is None:
            return Fault(code.line, gettext("this solution cannot be tried: it ends the process"))
        seconds = f"{lost.seconds:.1f}"
        message = gettext("this solution cannot be tried: it takes more than {seconds} seconds", seconds=seconds)
        return Fault(code.line, message)
    if trial.verdict.passed:
        return None
    if trial.verdict.fault is not None:
        return _by_itself(trial.verdict.fault)
    if trial.last.error:
        first = trial.last.message.split("\n")[0]
        message = gettext("this solution raises {error}: {message}", error=trial.last.error, message=first)
        return Fault(trial.last.line or code.line, message)
    return Fault(code.line, gettext("this solution does not pass: {message}", message=trial.verdict.message))


def _tried(bench: Bench, code: CodeFence) -> Trial:
    """Raises Lost, but not where only calls of its functions with other inputs than the checks' come to no end."""
    with suppress(Lost):
        return bench.solve(code)
    return bench.attempt(code)


def _by_itself(fault: CheckFault) -> Fault:
    return Fault(fault.line, gettext("this check fails by itself: {error}", error=fault.message))


def _must_fail(bench: Bench, code: CodeFence, message: str) -> list[Fault]:
    try:
        return [Fault(code.line, message)] if bench.attempt(code).verdict.passed else []
    except Lost:
        return []


def _mistakes(bench: Bench) -> list[Fault]:
    wrongs = bench.step.codes(Role.WRONG)
    faults: list[Fault] = []
    trials: dict[int, Trial] = {}
    for code in wrongs:
        try:
            trials[code.line] = bench.as_typed(code)
        except Lost as lost:
            message = gettext("this mistake cannot be tried: it ends the process")
            if lost.seconds is not None:
                seconds = f"{lost.seconds:.1f}"
                message = gettext("this mistake cannot be tried: it takes more than {seconds} seconds", seconds=seconds)
            faults.append(Fault(code.line, message))

    def outcome_of(code: CodeFence) -> tuple[Verdict, Last] | None:
        trial = trials.get(code.line)
        return None if trial is None else (trial.verdict, trial.last)

    for code in wrongs:
        trial = trials.get(code.line)
        if trial is None:
            continue
        fitting = fitting_mistakes(wrongs, trial.verdict, trial.last, code.source, code.source, "", outcome_of)
        other = next((each for each in fitting if each.line != code.line), None)
        if trial.verdict.passed:
            faults.append(Fault(code.line, gettext("this mistake passes the check")))
        elif trial.verdict.fault is not None:
            faults.append(_by_itself(trial.verdict.fault))
        elif not trial.last.error and trial.verdict.about not in trial.touched and not _is_tried(bench.step, code):
            message = gettext(
                "a learner who makes this mistake gets no message: the check ends at `{name}`, which these lines "
                "neither make nor change; let them do so, or remove this mistake",
                name=trial.verdict.about,
            )
            faults.append(Fault(code.line, message))
        elif not fits_cause(code.mentions, code.lacks, code.source):
            message = gettext(
                "mentions= or lacks= does not fit the code of this mistake, so its message is never shown"
            )
            faults.append(Fault(code.line, message))
        elif code not in fitting:
            message = gettext("this mistake fails just as any other does, so its own message is never shown")
            faults.append(Fault(code.line, message))
        elif other is not None:
            message = gettext(
                "this mistake fails just as the one on line {line} does, so its own message is never shown; "
                "tell them apart by mentions= or lacks=",
                line=other.line,
            )
            faults.append(Fault(code.line, message))
    return faults


def _is_tried(step: Step, code: CodeFence) -> bool:
    """Whether the tutor takes these lines for an attempt although they change nothing that is asked for."""
    asked = frozenset[str]().union(*(asked_names(check.source) for check in step.codes(Role.CHECK)))
    return is_attempt(code.source, code.source, asked, [each.source for each in step.codes(Role.SOLUTION)])


def task_mutants(bench: Bench) -> tuple[Tally, list[Fault]]:
    """How the checks do against mutants of each solution that passes; faults of the comments.

    Those are comments ``equivalent`` that no mutant needs, and promises that the solutions themselves do not keep.
    """
    step, promise = bench.step, bench.promise
    tried: list[tuple[CodeFence, Trial]] = []
    seen: list[Observed] = []
    for code in step.codes(Role.SOLUTION):
        for random in (None, seeded_state(bench.lesson.seed + _OTHER_NUMBERS)):
            try:
                trial = bench.solve(code) if random is None else bench.attempt(code, promise, random)
            except Lost:
                continue
            if trial.verdict.passed:
                seen.append(trial.observed)
                if random is None:
                    tried.append((code, trial))
    wanted = agreed(seen, promise) if seen else {}
    tally, used, known = Tally(), set[str](), {code.source for code, _ in tried}
    for code, trial in tried:
        for mutant in mutants(code.source):
            if mutant.source not in known:
                known.add(mutant.source)
                program = CodeFence(Role.SOLUTION, mutant.source, code.line)
                result = bench.run_mutant(program, wanted, trial)
                tally += _counted(step, code, mutant, result, used)
    unused = [mark for mark in step.equivalents if mark.change not in used]
    faults = [
        Fault(mark.line, gettext("no surviving mutant is `{change}`; remove the mark", change=mark.change))
        for mark in unused
    ]
    return tally, faults + (_not_kept(step, seen, wanted) if seen else [])


def _not_kept(step: Step, seen: list[Observed], wanted: Observed) -> list[Fault]:
    """Promises in comments that the solutions themselves do not keep, so that no mutant can be compared by them."""
    faults = []
    named = {
        name for code in step.codes(Role.SOLUTION) for name in used_names(code.source) | names_bound_by(code.source)
    }
    for promised in step.promises:
        key, message = key_of(promised), ""
        missing = [name for name in (promised.name, promised.other) if name and name not in named]
        if missing:
            message = gettext(
                "the promise '{promise}' does not hold: no solution has the name `{name}`",
                promise=promised.text,
                name=missing[0],
            )
        elif not any(key in each for each in seen):
            message = gettext(
                "the promise '{promise}' does not hold: no solution leaves a value that has it", promise=promised.text
            )
        elif key not in wanted:
            message = gettext(
                "the promise '{promise}' does not hold: the solutions differ in it, or it is random",
                promise=promised.text,
            )
        elif promised.other and wanted[key] is not (promised.facet is Facet.SHARED):
            message = gettext(
                "the promise '{promise}' does not hold: in the solutions it is the other way round",
                promise=promised.text,
            )
        if message:
            faults.append(Fault(promised.line, message))
    return faults


def _counted(step: Step, code: CodeFence, mutant: Mutant, result: Passed | CheckFault | None, used: set[str]) -> Tally:
    match result:
        case None:
            return Tally(tried=1, killed=1)
        case Passed(broken=None):
            return Tally(tried=1, harmless=1)
        case Passed(broken=Observable() as key):
            message = gettext(
                _SURVIVES[key.subject], change=mutant.change, code=key.code, name=key.name, other=key.other
            )
        case CheckFault():
            message = gettext(
                "the check lets this mistake pass: `{change}` (the check itself fails: {error})",
                change=mutant.change,
                error=result.message,
            )
    line = code.line + mutant.line
    for mark in step.equivalents:
        if mark.change == mutant.change:
            used.add(mark.change)
            return Tally(tried=1, equivalent=(Mark(line, mutant.change, mark.reason),))
    return Tally(tried=1, surviving=(Fault(line, message),))
