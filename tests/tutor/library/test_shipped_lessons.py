"""The lessons that come with ptrepl: every solution passes, every known mistake is recognised, demos do as they say."""

from __future__ import annotations

import ast
import warnings

import pytest

from ptrepl.engine.outcome import Status
from ptrepl.engine.run.source import check_input
from ptrepl.screen.prose import say_lines
from ptrepl.shell.prompt.blanks import prefilled
from ptrepl.tutor.format.lesson import CodeFence, Hint, Lesson, Prose, Role, Step, StepKind
from ptrepl.tutor.library.shelf import shelf
from ptrepl.tutor.play import say
from tests.shares import share_marks, share_of, share_of_about
from tests.tutor.lessons import Player, feedback
from tests.tutor.trying import player_of, right_answer, right_letter, shipped

LESSONS = {listed.id: shipped(listed.id) for listed in shelf()}
STEPS = [(lesson, step) for lesson in LESSONS.values() for step in lesson.steps]


TRAINS_LONG = {
    ("regression", "train"),
    ("regression", "stopped-early"),
    ("regression-nn", "alone"),
    ("logistic", "train"),
    ("logistic", "stopped-at-once"),
    ("optim", "sweep"),
    ("optim", "too-often"),
    ("optim", "alone"),
}
"""Steps whose codes are tried in the nightly run only."""


MOST = 24
"""Codes of a kind that are tried in every run. ``make check`` tries every solution and every known mistake."""


def codes(*roles: Role) -> list[object]:
    """The codes of these roles, those of all lessons in turn; what is more than ``MOST`` is left to the nightly run."""
    found = [(lesson, step, code) for lesson, step in STEPS for code in step.codes(*roles)]
    every = share_of_about(MOST, len(found))
    return [
        pytest.param(
            lesson,
            step,
            code,
            id=f"{lesson.id}/{step.id}:{code.line}",
            marks=share_marks(number, every) if (lesson.id, step.id) not in TRAINS_LONG else [pytest.mark.nightly],
        )
        for number, (lesson, step, code) in enumerate(found)
    ]


def asking_for_code() -> list[object]:
    """The tasks and programs to mend, as ``codes`` shares them."""
    found = [(lesson, step) for lesson, step in STEPS if step.kind.asks_for_code]
    every = share_of_about(MOST, len(found))
    return [
        pytest.param(lesson, step, id=f"{lesson.id}/{step.id}", marks=share_marks(number, every))
        for number, (lesson, step) in enumerate(found)
    ]


def at(lesson: Lesson, step: Step) -> Player:
    player = player_of(lesson.id)
    player.begin_work(step.id)
    return player


def passed(player: Player) -> bool:
    return player.run.mode == "continue"


@pytest.mark.parametrize(("lesson", "step", "code"), codes(Role.SOLUTION))
def test_every_solution_passes(lesson: Lesson, step: Step, code: CodeFence) -> None:
    player = at(lesson, step)
    said = player.type(code.source)
    assert passed(player), feedback(said)


@pytest.mark.parametrize(("lesson", "step", "code"), codes(Role.SOLUTION))
def test_every_solution_passes_typed_line_by_line_and_is_never_called_wrong(
    lesson: Lesson, step: Step, code: CodeFence
) -> None:
    line_by_line(at(lesson, step), step, code.source)


def line_by_line(player: Player, step: Step, source: str) -> None:
    """Type a right answer, one statement after another: until it passes nothing that is told accuses."""
    told: list[tuple[str, str]] = []
    for statement in _statements(source):
        told += feedback(player.type(statement))
    assert passed(player), told
    mistakes = {wrong.says for wrong in step.codes(Role.WRONG) if not _begins_a_solution(wrong, step)}
    assert not [text for mood, text in told if mood == "bad" or text in mistakes or "this step wants" in text]


def _begins_a_solution(wrong: CodeFence, step: Step) -> bool:
    """Then what it says is what comes next, and accuses nobody."""
    plain = [code.source.replace(", device=device", "") for code in step.codes(Role.SOLUTION)]
    return any(each.startswith(wrong.source.strip()) for each in plain)


def _statements(source: str) -> list[str]:
    return [ast.get_source_segment(source, node) or "" for node in ast.parse(source).body]


@pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor that is not a leaf")
@pytest.mark.parametrize(("lesson", "step", "code"), codes(Role.WRONG))
def test_every_known_mistake_fails_with_its_own_message(lesson: Lesson, step: Step, code: CodeFence) -> None:
    if step.kind is StepKind.PREDICT:  # each line is an answer
        for answer in code.source.splitlines():
            assert [text for _, text in feedback(at(lesson, step).type(answer))] == [f"{code.says} Try once more."]
        return
    player = at(lesson, step)
    told = feedback(player.type(code.source))
    assert not passed(player)
    assert [text for _, text in told if text.endswith(code.says)] == [text for _, text in told][-1:]


@pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor that is not a leaf")
@pytest.mark.parametrize(("lesson", "step"), asking_for_code())
def test_neither_the_starter_nor_nothing_passes(lesson: Lesson, step: Step) -> None:
    player = at(lesson, step)
    player.type("pass")
    assert not passed(player)
    if player.run.prefill or step.codes(Role.STARTER):
        player.type(step.codes(Role.STARTER)[0].source)
        assert not passed(player)


@pytest.mark.filterwarnings("ignore:Anomaly Detection has been enabled")
@pytest.mark.filterwarnings("ignore:Error detected in")
@pytest.mark.parametrize("lesson", share_of({key: (lesson,) for key, lesson in LESSONS.items()}, 3))
def test_a_play_through_by_enter_answers_and_first_solutions(lesson: Lesson) -> None:
    player = Player(lesson)
    said = player.begin()
    for _ in range(500):
        if player.run.finished:
            break
        step = lesson.steps[int(player.run.label.split()[1].split("/")[0]) - 1]
        said = _do(player, lesson, step)
        assert not [text for mood, text in feedback(said) if mood in ("bad", "fault")]
    assert player.run.completed
    assert feedback(said)[-1][0] == "good"


def _do(player: Player, lesson: Lesson, step: Step) -> list[say.Say]:
    if player.run.mode == "continue":
        return player.enter()
    if step.kind is StepKind.CHOICE:
        return player.type(right_letter(step))
    if step.kind is StepKind.PREDICT:
        return player.type(right_answer(lesson, step))
    return player.type(step.codes(Role.SOLUTION)[0].source)


@pytest.mark.parametrize(("lesson", "step", "code"), codes(Role.DEMO, Role.PREDICT))
def test_shown_code_raises_what_it_declares_and_warns_of_nothing(lesson: Lesson, step: Step, code: CodeFence) -> None:
    player = at(lesson, step)
    errors: dict[str, str] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", "Anomaly Detection has been|Error detected in")  # what a search for nan shows
        if step.kind is StepKind.PREDICT:
            player.type(right_answer(lesson, step))
            _note_errors(player, errors)
        for _ in step.codes(Role.DEMO):
            player.enter()
            _note_errors(player, errors)
    assert errors.get(code.source, "") == code.raises


def _note_errors(player: Player, errors: dict[str, str]) -> None:
    source = "\n".join(outcome.source for outcome in player.demos)
    for outcome in player.demos:
        if outcome.status is not Status.OK and outcome.error is not None:
            errors[source] = outcome.error.bare_name


@pytest.mark.parametrize(
    ("lesson", "step"),
    [pytest.param(*each, id=f"{each[0].id}/{each[1].id}") for each in STEPS if each[1].kind.asks_for_code],
)
def test_no_text_before_the_answer_gives_it_away(lesson: Lesson, step: Step) -> None:
    shown = " ".join(each.text for each in (*step.blocks, *step.hints) if isinstance(each, Prose | Hint))
    for code in step.codes(Role.SOLUTION):
        assert " ".join(code.source.split()) not in " ".join(shown.split())


def test_autograd_has_what_a_lesson_needs() -> None:
    lesson = LESSONS["autograd"]
    kinds = [step.kind for step in lesson.steps]
    assert 9 <= len(kinds) <= 15
    assert set(kinds) == set(StepKind) - {StepKind.READ}
    assert kinds.count(StepKind.PREDICT) >= 2
    assert kinds.count(StepKind.TASK) >= 3
    assert any(code.raises for step in lesson.steps for code in step.codes(Role.DEMO))
    for step in lesson.steps:
        if step.kind.asks_for_code:
            assert len(step.codes(Role.WRONG)) >= 3
            assert len(step.codes(Role.SOLUTION)) >= 2


OTHER_ANSWERS = {
    "your-own": [
        "x = torch.tensor([2.0]).requires_grad_()\ny = x * (x * x + 1)\ny.backward()",
        "x = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)\nz = x + x**3\nz.backward()\ny = z",
        "x = torch.ones(1, requires_grad=True)\nx.data += 1\ny = (x.pow(3) + x).sum()\ny.backward()",
    ],
    "clear": [
        "x.grad = torch.zeros(4)\nfor each in x:\n    (each * each).backward()",
        "x = torch.arange(4.0, requires_grad=True)\n(x @ x).backward()",
        "x.grad.fill_(0)\nx.pow(2).sum().backward()",
    ],
    "downhill": [
        "w = torch.tensor([1.0], requires_grad=True)\noptimizer = torch.optim.SGD([w], lr=0.1)\n"
        "for _ in range(2):\n    optimizer.zero_grad()\n    (w * w).backward()\n    optimizer.step()",
        "w = torch.tensor(1.0, requires_grad=True)\nfor _ in range(2):\n    (w * w).backward()\n"
        "    with torch.no_grad():\n        w.sub_(0.1 * w.grad)\n        w.grad.zero_()",
        "w = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)\nfor _ in range(2):\n"
        "    g = torch.autograd.grad(w * w, w)[0]\n    w = (w - 0.1 * g).detach().requires_grad_()",
    ],
}


LOOKS_WHOLE_BEFORE = {
    next(each for each in OTHER_ANSWERS["your-own"] if each.startswith("x = torch.ones(1")),
}
"""Answers that nobody can tell from a wrong one a line before they end: an `x` that gets its 2.0 in a second line."""


@pytest.mark.parametrize(
    ("step", "source"), [(step, source) for step, sources in OTHER_ANSWERS.items() for source in sources]
)
def test_right_answers_that_no_author_thought_of_pass(step: str, source: str) -> None:
    player = Player(LESSONS["autograd"])
    player.begin(step)
    said = player.type(source)
    assert passed(player), (feedback(said), player.outcomes[-1].error)
    if source in LOOKS_WHOLE_BEFORE:
        return
    player = Player(LESSONS["autograd"])
    player.begin(step)
    (asked,) = [each for each in LESSONS["autograd"].steps if each.id == step]
    line_by_line(player, asked, source)


@pytest.mark.parametrize(("lesson", "step"), asking_for_code())
def test_a_task_and_its_starter_fit_a_terminal_of_24_rows(lesson: Lesson, step: Step) -> None:
    player = player_of(lesson.id)
    said = player.begin_work(step.id)
    (title,) = [number for number, each in enumerate(said) if isinstance(each, say.Title)]
    screens: list[list[object]] = [[]]  # what a demo gives stands between two of them
    for each in said[title + 1 :]:
        if isinstance(each, say.RunDemo):
            screens.append([])
        else:
            screens[-1] += say_lines(each, 80)
    starter = prefilled(player.run.prefill, check_input).count("\n") + 1
    assert max(map(len, screens)) + starter + len(["the bar"]) <= 24
