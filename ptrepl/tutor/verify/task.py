"""A task tried with everything that its author wrote for it, and with the mutants of its solutions."""

from __future__ import annotations

from ptrepl.tutor.check.verdict import Last, Verdict
from ptrepl.tutor.format.lesson import CodeFence, Facet, Role, Step
from ptrepl.tutor.isolation.guard import sown
from ptrepl.tutor.names import names_bound_by, used_names
from ptrepl.tutor.replay.dry_run import first_alike
from ptrepl.tutor.verify.isolate import Lost
from ptrepl.tutor.verify.mutate import Mutant, mutants
from ptrepl.tutor.verify.observe import Observed, agreed, key_of
from ptrepl.tutor.verify.promise import Promise, promise_of
from ptrepl.tutor.verify.report import Fault, Mark, Tally
from ptrepl.tutor.verify.trial import Bench, Trial

_OTHER_NUMBERS = 7919
"""Added to the seed: what changes with it is random, and nobody promised it."""
_TIMES, _MORE = 5.0, 0.5
"""A mutant may take so many times as long as its solution, and so many seconds more."""


def task_faults(bench: Bench) -> list[Fault]:
    """Solutions that fail; a starter, an empty answer and known mistakes that do not, or not in their own words."""
    step = bench.step
    faults = [fault for code in step.codes(Role.SOLUTION) if (fault := _solution(bench, code))]
    nothing = CodeFence(Role.STARTER, "pass", step.line)
    faults += _must_fail(bench, nothing, "this step is passed by doing nothing")
    for code in step.codes(Role.STARTER):
        faults += _must_fail(bench, code, "the starter passes as it is; leave something to do")
    return faults + _mistakes(bench)


def _solution(bench: Bench, code: CodeFence) -> Fault | None:
    try:
        trial = bench.attempt(code)
    except Lost as lost:
        return Fault(code.line, f"this solution cannot be tried: {lost}")
    if trial.verdict.passed:
        return None
    if trial.verdict.fault:
        return Fault(*_placed(trial.verdict.fault, code.line))
    if trial.last.error:
        first = trial.last.message.split("\n")[0]
        return Fault(trial.last.line or code.line, f"this solution raises {trial.last.error}: {first}")
    return Fault(code.line, f"this solution does not pass: {trial.verdict.message}")


def _placed(fault: str, line: int) -> tuple[int, str]:
    """A check's own ``path:line: message`` → its line, and a sentence."""
    _, number, message = [*fault.split(":", 2), "", ""][:3]
    return (int(number), f"this check fails by itself:{message}") if number.isdecimal() else (line, fault)


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
            faults.append(Fault(code.line, f"this mistake cannot be tried: {lost}"))

    def outcome_of(code: CodeFence) -> tuple[Verdict, Last] | None:
        trial = trials.get(code.line)
        return None if trial is None else (trial.verdict, trial.last)

    for code in wrongs:
        trial = trials.get(code.line)
        if trial is None:
            continue
        told = first_alike(wrongs, trial.verdict, trial.last, code.source, outcome_of)
        if trial.verdict.passed:
            faults.append(Fault(code.line, "this mistake passes the check"))
        elif trial.verdict.fault:
            faults.append(Fault(*_placed(trial.verdict.fault, code.line)))
        elif not trial.last.error and trial.verdict.about not in trial.touched:
            about = trial.verdict.about
            message = (
                f"whoever makes this mistake is told nothing: the check ends at `{about}`, which these lines neither "
                f"make nor change; let them do so, or take this mistake out"
            )
            faults.append(Fault(code.line, message))
        elif told is None or told.line != code.line:
            other = f"the one on line {told.line}" if told is not None else "any"
            message = f"this mistake fails just as {other} does, so its own message is never told"
            faults.append(Fault(code.line, message))
    return faults


def task_mutants(bench: Bench) -> tuple[Tally, list[Fault]]:
    """How the checks do against mutants of each solution that passes; faults of the comments.

    Those are marks ``equivalent`` that no mutant needs, and promises that the solutions themselves do not keep.
    """
    step, promise = bench.step, promise_of(bench.step)
    tried: list[tuple[CodeFence, float]] = []
    seen: list[Observed] = []
    for code in step.codes(Role.SOLUTION):
        for random in (None, sown(bench.lesson.seed + _OTHER_NUMBERS)):
            try:
                trial = bench.attempt(code, promise, random)
            except Lost:
                continue
            if trial.verdict.passed:
                seen.append(trial.observed)
                if random is None:
                    tried.append((code, trial.seconds))
    wanted = agreed(seen, promise) if seen else {}
    tally, used, known = Tally(), set[str](), {code.source for code, _ in tried}
    for code, seconds in tried:
        for mutant in mutants(code.source):
            if mutant.source not in known:
                known.add(mutant.source)
                program = CodeFence(Role.SOLUTION, mutant.source, code.line)
                fate = bench.fate(program, promise, wanted, _TIMES * seconds + _MORE)
                tally += _counted(bench, code, mutant, fate, used, promise)
    unused = [mark for mark in step.equivalents if mark.change not in used]
    faults = [Fault(mark.line, f"no surviving mutant is `{mark.change}`; remove the mark") for mark in unused]
    return tally, faults + (_not_kept(step, seen, wanted) if seen else [])


def _not_kept(step: Step, seen: list[Observed], wanted: Observed) -> list[Fault]:
    """Promises of the comment that cannot be held against a mutant, since the right answers do not keep them."""
    faults = []
    named = {
        name for code in step.codes(Role.SOLUTION) for name in used_names(code.source) | names_bound_by(code.source)
    }
    for promised in step.promises:
        key, told = key_of(promised), ""
        missing = [name for name in (promised.name, promised.other) if name and name not in named]
        if missing:
            told = f"no solution has the name `{missing[0]}`"
        elif not any(key in each for each in seen):
            told = "no solution leaves anything that it could be said of"
        elif key not in wanted:
            told = "the solutions differ in it, or it is drawn at random"
        elif promised.other and wanted[key] is not (promised.facet is Facet.SHARED):
            told = "with the solutions the opposite is so"
        if told:
            faults.append(Fault(promised.line, f"the promise '{promised.text}' does not hold: {told}"))
    return faults


def _counted(
    bench: Bench, code: CodeFence, mutant: Mutant, fate: str | None, used: set[str], promise: Promise
) -> Tally:
    if fate is None:
        return Tally(tried=1, killed=1)
    if not fate:
        return Tally(tried=1, harmless=1)
    line = code.line + mutant.line
    for mark in bench.step.equivalents:
        if mark.change == mutant.change:
            used.add(mark.change)
            return Tally(tried=1, equivalent=(Mark(line, mutant.change, mark.reason),))
    if fate.startswith(f"{bench.lesson.path}:"):
        why = f"the check itself fails, {_placed(fate, line)[1].partition(':')[2].strip()}"
    else:
        why = f"{fate.partition(' [')[0]} is then not what the step promises"
    return Tally(tried=1, surviving=(Fault(line, f"the check lets this mistake pass: `{mutant.change}` ({why})"),))
