"""A lesson played: steps, answers, tasks, commands, free play, pipes."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from ptrepl.engine.outcome import Status
from ptrepl.tutor.play import say
from ptrepl.tutor.progress.log import Progress
from tests.tutor.lessons import COURSE, FRONT, Player, feedback, lesson, notes
from tests.tutor.trying import shipped


@pytest.fixture
def player() -> Player:
    return Player(lesson())


def at(step: str, **settings: bool) -> Player:
    """A player who has just come to ``step``."""
    made = Player(lesson(), **settings)
    made.begin(step)
    return made


def test_the_opening(player: Player) -> None:
    title, intro, heading, prose, note = player.begin()
    assert title == say.Title("A small lesson", 0, 6)
    assert intro == say.AuthorText("Some words before it begins.")
    assert heading == say.Heading("Reading", 1, 6)
    assert prose == say.AuthorText("Read this.")
    assert isinstance(note, say.Instruction)
    assert (player.run.mode, player.run.label) == ("continue", "small 1/6")


def test_from_the_first_step_to_the_last(player: Player) -> None:
    player.begin()
    player.enter()  # read
    player.enter()
    assert player.session.namespace["x"].tolist() == [0, 1, 2]
    player.enter()  # both demos ran
    player.enter()
    assert player.run.label == "small 3/6"
    assert feedback(player.type("[0, 2, 4]")) == [("good", "Right, as you said.")]
    player.enter()
    assert feedback(player.type("b")) == [("good", "Right. The second indeed.")]
    player.enter()
    assert feedback(player.type("m = x + x"))[0] == ("good", "Yes, that is it.")
    player.enter()
    assert not player.run.completed
    player.type("n -= 1")
    said = player.enter()
    assert feedback(said) == [("good", "That was the last step: you have finished 'A small lesson'.")]
    assert player.run.finished
    assert player.run.completed
    assert player.run.label == ""


def test_a_demo_runs_on_enter_and_its_text_goes_on_behind_it() -> None:
    player = at("watching")
    said = player.enter()
    assert [type(each) for each in said] == [say.RunDemo, say.AuthorText, say.CodeBlock, say.Instruction]
    assert [outcome.source for outcome in player.demos] == ["x = torch.arange(3.0)"]
    said = player.enter()
    assert say.Learned("It counts from 0.") in said
    assert player.run.mode == "continue"


def test_an_interrupted_demo_can_be_run_again() -> None:
    player = at("watching")
    (demo,) = player.run.advance()
    assert isinstance(demo, say.RunDemo)
    outcome = next(player.session.run("raise KeyboardInterrupt"))
    assert outcome.status is Status.INTERRUPTED
    player.run.ran([outcome])
    assert isinstance(player.run.advance()[0], say.RunDemo)


def test_an_error_that_the_lesson_did_not_plan_is_not_the_learners() -> None:
    text = FRONT + "## T\n<!-- step: one demo -->\n```python demo raises=ValueError\n1 / 0\n```\n"
    player = Player(lesson(text))
    player.begin()
    assert [mood for mood, _ in feedback(player.enter())] == ["fault"]


def test_a_planned_error_is_named_by_its_class_alone() -> None:
    text = FRONT + "## T\n<!-- step: one demo -->\n```python demo raises=UnpicklingError\n"
    player = Player(lesson(text + "import pickle\npickle.loads(b'no')\n```\n"))
    player.begin()
    assert feedback(player.enter()) == []


def test_code_that_waits_for_an_answer_is_not_said_to_be_missing() -> None:
    player = at("guessing")
    assert notes(player.command("step")) == ["The code shown here runs when you have answered, all of it."]


def test_a_prediction_has_two_tries_and_is_then_explained() -> None:
    player = at("guessing")
    assert player.run.mode == "answer"
    assert feedback(player.type("[0, 1, 2]")) == [("bad", "Not that. Try once more.")]
    said = player.type("[7, 8, 9]")
    assert feedback(said) == [("bad", "What it really gives stands above.")]
    assert say.AuthorText("After the guess.") in said
    assert player.run.mode == "continue"
    assert player.progress.lesson("small").steps["guessing"].status == "missed"


def test_a_near_miss_has_one_try_more() -> None:
    player = at("guessing")
    player.type("[0, 1, 2]")
    assert feedback(player.type("[0, 2, 4, 6]"))[0][1].endswith("stands above.")
    player = at("guessing")
    player.type("[0, 1, 2]")
    assert feedback(player.type("[[0, 2, 4]]")) == [
        ("bad", "The values are right, but their shape is another one. One more try.")
    ]
    assert feedback(player.type("[0, 2, 4]")) == [("good", "Right, as you said.")]


def test_what_is_no_answer_runs_and_the_question_stays() -> None:
    player = at("guessing")
    assert not feedback(player.type("y = x + 1"))
    assert player.session.namespace["y"].tolist() == [1, 2, 3]
    assert player.run.mode == "answer"


def test_a_prediction_is_about_the_lessons_own_variables() -> None:
    player = at("guessing")
    player.type("x = torch.tensor([9.0])")
    player.type("mine = 1")
    said = player.type("[0, 2, 4]")
    assert feedback(said) == [("good", "Right, as you said.")]
    assert notes(said)[0] == "The lesson's own variables are put back as they were: x."
    assert player.session.namespace["x"].tolist() == [0, 1, 2]
    assert player.session.namespace["mine"] == 1


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("x = torch.tensor([0.0, 1.0, 2.0])", False),
        ("x = 7\nx = torch.arange(3.0)", False),
        ("x = torch.tensor([0, 1, 2])", True),
        ("x = torch.arange(3.0).requires_grad_()", True),
        ("x = [0.0, 1.0, 2.0]", True),
        ("x = torch.tensor([0.0, 1.0, 2.5])", True),
    ],
)
def test_what_holds_the_lessons_values_is_not_said_to_be_put_back(code: str, told: bool) -> None:
    player = at("guessing")
    player.type(code)
    said = notes(player.type("[0, 2, 4]"))
    assert ("The lesson's own variables are put back as they were: x." in said) is told
    assert player.session.namespace["x"].dtype is torch.float32


@pytest.mark.parametrize("code", ["del x", "exec('x += 5')", "x.data = torch.ones(3)"])
def test_a_question_stands_whatever_free_play_did_to_its_variables(code: str) -> None:
    player = at("guessing")
    player.type(code)
    assert feedback(player.type("[0, 2, 4]")) == [("good", "Right, as you said.")]
    assert player.demos[-1].status is Status.OK


def test_a_name_that_only_a_later_step_uses_is_the_learners_until_then() -> None:
    player = at("watching")
    player.type("m = 5\nz = 'mine'\nx = 1")
    said = [*player.enter(), *player.enter(), *player.enter()]
    assert not [text for text in notes(said) if " m" in text]
    assert player.session.namespace["m"] == 5
    player.command("redo")
    assert player.session.namespace["m"] == 5
    assert player.session.namespace["z"] == "mine"


_OFFER = "%redo gives `n` back as the step began."


@pytest.mark.parametrize("code", ["n.mul_(3);", "n = n + 7", "n = n[:2]", "n[0] = 5", "n += 0.5"])
def test_redo_is_offered_once_where_the_steps_own_variable_is_lost(code: str) -> None:
    player = at("mending")
    assert _OFFER in notes(player.type(code))
    assert _OFFER not in notes(player.type("n = n * 3"))


@pytest.mark.parametrize("code", ["n[0] = 0", "n = n.clone()", "n[1:] -= 1", "k = n * 9"])
def test_redo_is_not_offered_for_a_right_half(code: str) -> None:
    assert _OFFER not in notes(at("mending").type(code))


@pytest.mark.parametrize("text", ["b", "B", "b)", "2", "the second", "The second."])
def test_a_choice_by_letter_number_or_text(text: str) -> None:
    assert feedback(at("choosing").type(text)) == [("good", "Right. The second indeed.")]


def test_a_wrong_choice_is_told_why_and_may_be_followed_by_another() -> None:
    player = at("choosing")
    assert feedback(player.type("a")) == [("bad", "Not the first.")]
    assert player.run.mode == "answer"
    assert feedback(player.type("b")) == [("good", "Right. The second indeed.")]


@pytest.mark.parametrize(
    "code",
    [
        "m = x * 2",
        "m = 2 * x",
        "m = x + x",
        "m = torch.arange(0.0, 5.0, 2.0)",
        "m = (x * 2).double()",
        "m = torch.tensor([0, 2, 4])",
        "m = x.clone()\nm *= 2",
    ],
)
def test_every_right_answer_passes(code: str) -> None:
    said = at("doing").type(code)
    assert feedback(said)[0] == ("good", "Yes, that is it.")
    assert say.Learned("Done by you.") in said


def test_other_solutions_are_shown_after_a_pass() -> None:
    shown = [each for each in at("doing").type("m  =  x*2") if isinstance(each, say.CodeBlock)]
    assert shown == [say.CodeBlock("m = x + x", "plus")]


TWICE = (
    FRONT
    + """
## Doing
<!-- step: doing task -->
Make `m`.
<details><summary>Hint</summary>No.</details>

```python check
tensor("m", [0.0, 2.0])
```
```python solution
m = torch.arange(2.0) * 2
```
~~~python wrong says="You filled it." mentions="full"
m = torch.full((2,), 3.0)
~~~
~~~python wrong says="Two and one are three." mentions="+" lacks="full"
m = torch.ones(2) + 2
~~~
~~~python wrong says="A number is to be divided by." mentions="/"
m = torch.ones(2) / "a"
~~~
"""
)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("m = torch.full((2,), 3.0)", "You filled it."),
        ("m = torch.full([2], 1.0) * 3", "You filled it."),
        ("m = torch.arange(1.0, 3.0).sum() + torch.zeros(2)", "Two and one are three."),
        ("m = torch.ones(2) * 3", "`m` is [3.0, 3.0]; this step wants [0.0, 2.0]."),
        ("m = torch.full((2,), 1)\nm = torch.ones(2) + 2", "Two and one are three."),
    ],
)
def test_a_known_mistake_is_told_by_its_cause(typed: str, told: str) -> None:
    player = Player(lesson(TWICE))
    player.begin()
    assert feedback(player.type(typed)) == [("bad", told)]


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("m = torch.ones(2, 2).max(dim=0)", "Those are two tensors."),
        (
            "m = torch.full((2, 2), 7.0).max(dim=0)",
            "`m` is a tuple of values and indices; this step wants a tensor. Write .values behind it to take out the "
            "first of them.",
        ),
        (
            "m = torch.ones(2, 2).min(dim=0)",
            "`m` is a tuple of values and indices; this step wants a tensor. Write .values behind it to take out the "
            "first of them.",
        ),
    ],
)
def test_a_known_mistake_may_be_a_tuple_of_tensors(typed: str, told: str) -> None:
    mistake = """~~~python wrong says="Those are two tensors."
m = torch.ones(2, 2).max(dim=0)
~~~
~~~python wrong says="A number"""
    player = Player(lesson(TWICE.replace('~~~python wrong says="A number', mistake)))
    player.begin()
    assert feedback(player.type(typed)) == [("bad", told)]


BY_CAUSE = TWICE.replace(
    '~~~python wrong says="A number',
    """~~~python wrong says="rand draws, and nothing is drawn here." mentions="rand()" outcome=any
m = torch.rand(2)
~~~
~~~python wrong says="A name comes before it is used." mentions="ones()..full()" outcome=any
m = torch.ones(2) + torch.full((2,), 5.0)
~~~
~~~python wrong says="A number""",
)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("m = torch.rand(2) * 7", "rand draws, and nothing is drawn here."),
        ("m = torch.ones(2) * torch.full((2,), 9.0)", "A name comes before it is used."),
        ("m = torch.full((2,), 9.0) * torch.ones(2)", "`m` is [9.0, 9.0]; this step wants [0.0, 2.0]."),
        ("m = torch.rand(2) * 0 + torch.ones(2) + 2", "Two and one are three."),
    ],
)
def test_a_mistake_may_be_told_by_its_cause_alone(typed: str, told: str) -> None:
    player = Player(lesson(BY_CAUSE))
    player.begin()
    assert ("bad", told) in feedback(player.type(typed))


def test_where_two_known_mistakes_fit_neither_is_told() -> None:
    player = Player(lesson(TWICE.replace(' lacks="full"', "")))
    player.begin()
    assert feedback(player.type("m = torch.full((2,), 1.0) + 2"))[0][1].startswith("`m` is [3.0, 3.0]")


ASKED = (
    FRONT
    + """
## Guessing
<!-- step: guessing predict -->
```python predict
torch.arange(3.0) * 2
```
~~~python wrong says="Those are the numbers before they are doubled."
[0, 1, 2]
[1, 2, 3]
~~~
<details><summary>Hint</summary>Twice.</details>
"""
)


@pytest.mark.parametrize("answer", ["[0, 1, 2]", "0 1 2", "tensor([1., 2., 3.])"])
def test_a_misconception_has_words_of_its_own(answer: str) -> None:
    player = Player(lesson(ASKED))
    player.begin()
    assert feedback(player.type(answer))[0][1] == "Those are the numbers before they are doubled. Try once more."
    assert feedback(player.type("[0, 2, 4]")) == [("good", "Right, as you said.")]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("error", "Those are the numbers before they are doubled."),
        ("RuntimeError", "Those are the numbers before they are doubled."),
        ("TypeError", "It runs without an error."),
    ],
)
def test_an_error_without_a_name_is_each_of_those_that_are_known(answer: str, said: str) -> None:
    player = Player(lesson(ASKED.replace("[1, 2, 3]", "RuntimeError")))
    player.begin()
    assert feedback(player.type(answer))[0] == ("bad", f"{said} Try once more.")


@pytest.mark.parametrize("answer", ["error", "an error", "RuntimeError", "TypeError"])
def test_a_known_error_without_a_name_is_any(answer: str) -> None:
    player = Player(lesson(ASKED.replace("[1, 2, 3]", "error")))
    player.begin()
    assert feedback(player.type(answer))[0] == (
        "bad",
        "Those are the numbers before they are doubled. Try once more.",
    )


def test_a_known_mistake_is_told_in_the_authors_words() -> None:
    player = at("doing")
    assert feedback(player.type("m = x + x + x")) == [("bad", "That is three times x.")]
    assert feedback(player.type("m = x + 1")) == [("bad", "`m` is [1.0, 2.0, 3.0]; this step wants [0.0, 2.0, 4.0].")]


@pytest.mark.parametrize("code", ["x", "y = 3", "print(x)", "len('m')", "x.sum()", "import math"])
def test_the_tutor_is_silent_about_free_play(code: str) -> None:
    player = at("doing")
    assert player.type(code) == []
    assert player.run.mode == "python"


def test_looking_at_a_wrong_answer_is_no_attempt() -> None:
    player = at("doing")
    player.type("m = x + 1")
    assert player.type("m") == []
    assert player.type("m.sum()") == []
    assert player.progress.lesson("small").steps["doing"].attempts == 1


def test_a_change_in_place_is_looked_at_too() -> None:
    player = at("doing")
    player.type("m = x.clone()")
    assert feedback(player.type("m.mul_(2);"))[0] == ("good", "Yes, that is it.")


def test_an_error_is_left_to_speak_for_itself() -> None:
    player = at("doing")
    assert player.type("m = nothing") == []
    assert player.type("m = (") == []


def test_a_blank_left_over_is_named() -> None:
    player = at("doing")
    assert player.run.prefill == "m = x * ___"
    assert feedback(player.type("m = x * ___")) == [("note", "There is a blank ___ left to fill in.")]
    assert player.run.prefill == ""


def test_a_blank_in_a_function_is_named_before_it_runs() -> None:
    assert feedback(at("doing").type("def double(t):\n    return t * ___")) == [
        ("note", "There is a blank ___ left to fill in, inside of `double`: `return t * ___`")
    ]


def test_hints_come_after_an_attempt_one_by_one() -> None:
    player = at("doing")
    assert notes(player.command("hint")) == [
        "Try it first: a wrong answer costs nothing. To see the hint now, type %hint again."
    ]
    player.type("m = 1")
    assert player.command("hint") == [say.AuthorText("Multiply.")]
    assert player.command("hint") == [say.AuthorText("By two.")]
    assert notes(player.command("hint")) == ["That was the last hint. %solution shows the answer after two attempts."]
    player.type("m = 2")
    assert notes(player.command("hint")) == ["That was the last hint. %solution shows the answer."]
    assert any(isinstance(each, say.CodeBlock) for each in player.command("solution"))


def test_a_hint_is_shown_before_any_attempt_when_it_is_asked_for_twice() -> None:
    for step, hint in (("doing", "Multiply."), ("mending", "Delete a line.")):
        player = at(step)
        player.command("hint")
        assert player.command("hint") == [say.AuthorText(hint)]


def test_the_solution_after_two_attempts_or_when_asked_twice() -> None:
    player = at("doing")
    assert not [each for each in player.command("solution") if isinstance(each, say.CodeBlock)]
    assert say.CodeBlock("m = x * 2", "times") in player.command("solution")
    player = at("doing")
    player.type("m = 1")
    player.type("m = 2")
    assert say.CodeBlock("m = x * 2", "times") in player.command("solution")
    assert player.run.mode == "python"


def test_the_solution_of_a_question_answers_it_and_goes_on() -> None:
    player = at("guessing")
    player.command("solution")
    said = player.command("solution")
    assert player.demos[0].source == "x * 2"
    assert feedback(said) == [("note", "That is what it gives.")]
    player = at("choosing")
    player.command("solution")
    assert feedback(player.command("solution")) == [("note", "The answer is b. The second indeed.")]
    assert player.run.mode == "continue"


@pytest.mark.parametrize("name", ["hint", "solution"])
def test_where_nothing_is_asked_there_is_nothing_to_show(name: str) -> None:
    assert notes(at("reading").command(name))[0].startswith("Nothing is asked here")


@pytest.mark.parametrize("step", ["reading", "watching", "guessing", "choosing", "doing", "mending"])
def test_every_step_can_be_entered_from_every_other(step: str) -> None:
    for other in ("reading", "watching", "guessing", "choosing", "doing", "mending"):
        player = at(other)
        player.session.namespace.pop("x", None)
        player.command("goto", step)
        namespace = player.session.namespace
        number = [each.id for each in player.run.lesson.steps].index(step)
        assert ("x" in namespace) == (number > 1)
        assert ("m" in namespace) == (number > 4)
        assert ("n" in namespace) == (number > 4)


def test_goto_by_number_name_and_mistyped() -> None:
    player = at("reading")
    player.command("goto", "3")
    assert player.run.label == "small 3/6"
    player.command("goto", "doing")
    assert player.run.label == "small 5/6"
    assert notes(player.command("goto", "donig")) == ["There is no step 'donig'. Did you mean %goto doing?"]
    for argument in ("0", "7", "9" * 5000, "\x1b[31m", "²", ""):
        (told,) = notes(player.command("goto", argument))
        assert "\x1b" not in told
        assert player.run.label == "small 5/6"


def test_back_and_restart() -> None:
    player = at("doing")
    player.command("back")
    assert player.run.label == "small 4/6"
    said = player.command("restart")
    assert isinstance(said[0], say.Title)
    assert notes(player.command("back")) == ["This is the first step."]


def test_skip_goes_on_with_the_state_of_the_solution() -> None:
    player = at("doing")
    player.type("m = 5")
    player.command("skip")
    assert player.run.label == "small 6/6"
    assert player.session.namespace["n"].tolist() == [1, 3, 5]
    said = player.command("skip")
    assert player.run.finished
    assert not player.run.completed
    assert feedback(said)[0][0] == "note"


def test_redo_brings_the_steps_variables_back_and_keeps_the_learners() -> None:
    player = at("mending")
    player.type("mine = 7\nx = 'gone'\ntorch = None\nn.add_(5);")
    player.command("redo")
    namespace = player.session.namespace
    assert namespace["n"].tolist() == [1, 3, 5]
    assert namespace["x"].tolist() == [0, 1, 2]
    assert namespace["torch"] is torch
    assert namespace["mine"] == 7
    assert player.run.prefill.startswith("n -= 1")


@pytest.mark.parametrize("code", ["foo", "m = foo", "print(nothing)"])
def test_what_is_left_unsaid_is_no_attempt(code: str) -> None:
    player = at("doing")
    for _ in range(3):
        player.type(code)
    assert not [each for each in player.command("solution") if isinstance(each, say.CodeBlock)]


def test_a_mistake_that_is_made_again_is_told_again_and_a_note_is_not() -> None:
    player = at("doing")
    told = [feedback(player.type("m = x + 1")) for _ in range(3)]
    assert told == [[("bad", "`m` is [1.0, 2.0, 3.0]; this step wants [0.0, 2.0, 4.0].")]] * 3
    player = at("doing")
    assert feedback(player.type("m = ___"))
    assert not feedback(player.type("m = ___"))


TWO_NAMES = (
    FRONT
    + """
## T
<!-- step: one task -->
```python setup
v = torch.tensor([2.0, 4.0])
```
```python check
tensor("d", [1.0, 2.0])
scalar("total", 3.0)
```
```python solution
d = v * 0.5
total = d.sum()
```
<details><summary>Hint</summary>Half.</details>

~~~python wrong says="You divided by the time."
d = v / 0.5
total = d.sum()
~~~
"""
)


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (
            ["d = v / 0.5", "total = d.sum()", "total = d.sum()"],
            ["You divided by the time."] * 3,
        ),
        (["d = v + 2", "total = d.sum()"], ["`d` is [4.0, 6.0]; this step wants [1.0, 2.0]."] * 2),
        (["d = v / 0.5", "more = d.sum()", "total"], ["You divided by the time."]),
        (
            ["total = 3", "d = v / 0.5", "d = v * 0.5"],
            ["`total` is right; still to come: `d`.", "You divided by the time.", "Yes, that is it."],
        ),
        (
            ["d = v * 0.5", "total = 4"],
            ["`d` is right; still to come: `total`.", "`total` is 4; this step wants 3.0."],
        ),
        (["total = 4\nd = v * 0.5"], ["`d` is right now; not yet: `total`."]),
        (
            ["total = 4", "d = v * 0.5"],
            ["`total` is 4; this step wants 3.0.", "`d` is right now; not yet: `total`."],
        ),
        (
            ["d = v * 0.5", "d.sum()"],
            ["`d` is right; still to come: `total`.", "That is it. Give it the name `total`."],
        ),
        (["v / 2"], ["That is it. Give it the name `d`."]),
        (["e = v / 2"], ["`e` holds the right value. Give it the name `d`."]),
        (["e = v / 3", "v.sum()", "d", "v == 2"], []),
        (["d = v / 3;", "d == v / 2"], ["`d` is [0.6667, 1.333]; this step wants [1.0, 2.0]."] * 2),
        (
            ["d = v * 0.5\ntotal = 3\nnothing"],
            [
                "What this step asks for is there, but your last lines ended with an "
                "error. Mend them, and run them again."
            ],
        ),
    ],
)
def test_each_name_is_spoken_of_by_itself_and_a_wrong_answer_is_never_met_with_silence(
    lines: list[str], told: list[str]
) -> None:
    player = Player(lesson(TWO_NAMES))
    player.begin()
    assert [text for line in lines for _, text in feedback(player.type(line))] == told


def test_a_right_first_line_is_enough_for_a_hint() -> None:
    player = at("doing")
    player.type("m = nothing")
    assert player.command("hint") == [say.AuthorText("Multiply.")]


def test_a_gradient_alone_is_no_attempt_at_a_value() -> None:
    text = COURSE.replace("n = m + 1", "n = torch.tensor(3.0, requires_grad=True)")
    player = Player(lesson(text))
    player.begin("mending")
    assert player.type("(n * n).backward()") == []
    assert player.type("n.grad = None") == []
    assert player.type("n.grad.zero_() if n.grad is not None else None;") == []
    assert feedback(player.type("n = n * 2"))


@pytest.mark.parametrize("name", ["hint", "solution", "skip", "leave"])
def test_a_lesson_that_is_over_says_so(name: str) -> None:
    player = at("mending")
    player.type("n -= 1")
    player.enter()
    assert notes(player.command(name)) == ["The lesson is over. %restart begins it again."]


@pytest.mark.parametrize("name", ["hint", "solution", "skip", "leave"])
def test_a_lesson_that_was_left_is_not_called_over_and_has_a_way_back(name: str) -> None:
    player = at("doing")
    (left,) = feedback(player.command("leave"))
    assert "%redo" in left[1]
    way = "You have left 'A small lesson'. %redo takes you back to where you were, %restart to its first step."
    assert notes(player.command(name)) == [way]
    player.command("redo")
    assert player.run.label == "small 5/6"
    assert feedback(player.type("m = x * 2"))[0][0] == "good"


def test_in_a_pipe_nothing_is_said_of_coming_back_to_a_lesson_that_was_left() -> None:
    player = Player(lesson(), piped=True)
    player.begin("doing")
    assert feedback(player.command("leave")) == [("note", "You have left 'A small lesson'.")]


def test_what_the_shown_code_makes_is_there_once_it_has_run() -> None:
    player = at("watching")
    assert player.run.unbound("x") == "x is made by the code shown above. Press Enter to run it."


def test_a_module_that_the_step_imports_is_not_made_in_it() -> None:
    player = Player(lesson(COURSE.replace("m = x * 2\n", "import copy\nm = copy.copy(x) * 2\n")))
    player.begin("doing")
    assert player.run.unbound("m") == "m is made in this step, and has not been made yet."
    assert player.run.unbound("copy") == ""


def test_a_variable_of_the_starters_function_is_told_to_belong_there() -> None:
    function = "```python starter\ndef f(y):\n    part = y * ___\n    return part\n\n\nm = x * ___"
    player = Player(lesson(COURSE.replace("```python starter\nm = x * ___", function)))
    player.begin("doing")
    for name in ("y", "part"):
        assert player.run.unbound(name) == f"{name} is known inside f alone: a line that uses it goes there."
    assert player.run.unbound("other") == ""


def test_who_asks_for_a_step_is_not_told_of_coming_back() -> None:
    assert not [text for text in notes(Player(lesson()).begin("doing")) if "left off" in text]


@pytest.mark.parametrize("code", ["k = 1\nm = x * 2", "m = x + x\nm = m * 1", "m = x * 3\nm = x + x"])
def test_the_learners_own_way_is_not_shown_as_another(code: str) -> None:
    mine = code.split("\n")
    shown = [each.source for each in at("doing").type(code) if isinstance(each, say.CodeBlock)]
    assert shown
    assert not set(shown) & set(mine)


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (
            "guessing",
            "Words are not an answer yet: type the value that comes out, or the error. An answer looks like [1, 2].",
        ),
        ("choosing", "That is not an answer yet. An answer is a letter, from a to b."),
    ],
)
@pytest.mark.parametrize("words", ["it says they are equal", "what is it", "maybe", "the same as before, twice."])
def test_an_answer_in_words_is_not_run(step: str, said: str, words: str) -> None:
    player = at(step)
    assert notes(player.type(words)) == [said]
    assert not player.outcomes
    assert player.run.mode == "answer"


@pytest.mark.parametrize("words", ["is it a view?", "do you mean rows or columns?"])
def test_a_question_is_not_told_to_be_an_answer_in_words(words: str) -> None:
    assert notes(at("guessing").type(words)) == ["That is not an answer yet. An answer looks like [1, 2]."]


@pytest.mark.parametrize(
    ("step", "text"),
    [
        ("guessing", "3 or 4"),
        ("guessing", "[1, 2] or [2, 4]"),
        ("guessing", "either (2,) or RuntimeError"),
        ("guessing", "true or false?"),
        ("choosing", "a or b"),
        ("choosing", "maybe A, or B"),
    ],
)
def test_who_gives_two_answers_is_asked_to_decide_and_loses_no_attempt(step: str, text: str) -> None:
    player = at(step)
    (said,) = notes(player.type(text))
    assert said.startswith("Those are two answers: decide on one of them. An answer")
    assert not player.outcomes
    assert player.run.mode == "answer"


def test_an_or_between_values_of_the_session_is_code() -> None:
    assert notes(at("guessing").type("1 or x")) == [
        "That ran as code; the question is still open. An answer looks like [1, 2]."
    ]


@pytest.mark.parametrize("text", ["c", "(d)", "9", "0", "e."])
def test_a_letter_that_no_choice_has(text: str) -> None:
    assert notes(at("choosing").type(text)) == ["That is not an answer yet. An answer is a letter, from a to b."]


@pytest.mark.parametrize("text", ["(b)", "B).", "The second", "the  second."])
def test_a_choice_in_other_forms(text: str) -> None:
    assert feedback(at("choosing").type(text)) == [("good", "Right. The second indeed.")]


def test_code_at_a_question_leaves_it_open_and_is_told_so() -> None:
    player = at("guessing")
    assert notes(player.type("k = 3")) == ["That ran as code; the question is still open. An answer looks like [1, 2]."]
    assert player.type("k = 4") == []
    assert notes(player.type("x + k")) == ["That ran as code; the question is still open."]
    assert player.run.mode == "answer"
    assert notes(at("guessing").type("x.sum(")) == ["That is not an answer yet. An answer looks like [1, 2]."]


@pytest.mark.parametrize("text", ["nowhere_bound + 1", "torch.zeros(2) @ torch.zeros(3)", "1 / 0"])
def test_code_that_failed_at_a_question_is_not_said_to_have_run(text: str) -> None:
    player = at("choosing")
    assert notes(player.type(text)) == ["The question is still open. An answer is a letter, from a to b."]


@pytest.mark.parametrize("text", ["b, because it is the second", "I think it is (b), as it says so"])
def test_a_choice_with_its_reason(text: str) -> None:
    assert feedback(at("choosing").type(text)) == [("good", "Right. The second indeed.")]


@pytest.mark.parametrize("command", ["hint", "solution"])
def test_where_code_waits_to_be_run_enter_runs_it(command: str) -> None:
    said = notes(at("watching").command(command))
    assert said == ["Nothing is asked here: press Enter to run the code that is shown."]


@pytest.mark.parametrize(
    ("question", "example"),
    [
        ("x * 2", "looks like [1, 2]"),
        ("(x * 2).shape", "looks like (2, 3)"),
        ("x[1:]", "looks like [3, 4]"),
        ("torch.zeros(2, 3).shape", "looks like (4, 5)"),
        ("x.sum()", "looks like 12.5"),
        ("x.sum() + 9.5", "looks like 7"),
        ("len(x)", "looks like 7"),
        ("len(x) + 4", "looks like 12"),
        ("x.sum() - float('nan')", "looks like 12.5 or inf"),
        ("x.sum() / 0", "looks like 12.5 or nan"),
        ("x.dtype", "looks like int8"),
        ("torch.equal(x, x)", "is True or False"),
        ("x > 1", "looks like [True, False]"),
        ("x.reshape(3, 1)", "looks like [[1, 2], [3, 4]]"),
    ],
)
def test_an_example_of_an_answer_has_its_form_and_is_not_the_answer(question: str, example: str) -> None:
    player = Player(lesson(COURSE.replace("```python predict\nx * 2", f"```python predict\n{question}")))
    player.begin("guessing")
    assert notes(player.type("k = 1"))[0].endswith(f"An answer {example}.")


def test_who_was_told_that_it_raises_gets_no_value_as_an_example() -> None:
    player = Player(lesson(COURSE.replace("```python predict\nx * 2", "```python predict\nx[9].shape")))
    player.begin("guessing")
    assert notes(player.type("k = 1"))[0].endswith("An answer looks like (2, 3).")
    assert "raises an error" in feedback(player.type("(3,)"))[0][1]
    assert notes(player.type("out of range"))[0].endswith("An answer is a value, or the name of an error.")


def test_the_name_that_is_asked_for_may_stand_before_the_answer() -> None:
    text = COURSE.replace("```python predict\nx * 2", "```python predict\nx.sum()")
    for typed in ("x.sum() = 3", "x.sum() == 3", "3.0", "three", "1 + 2", "3 altogether", "len([1, 1, 1])"):
        player = Player(lesson(text))
        player.begin("guessing")
        assert feedback(player.type(typed)) == [("good", "Right, as you said.")]
        assert [each.source for each in player.demos] == ["x.sum()"]


def test_what_torch_wraps_itself_is_not_told_as_put_back() -> None:
    player = at("doing")
    player.type("import torch._dynamo")
    assert not [text for text in notes(player.command("goto", "watching")) if "put back" in text]
    assert not [text for text in notes(player.enter()) if "put back" in text]


def test_what_asks_something_says_how_to_go_on() -> None:
    for step in ("guessing", "choosing", "doing"):
        told = notes(Player(lesson()).begin(step))[-1]
        assert told.endswith("%hint, %solution and %skip help.")
    assert notes(Player(lesson()).begin("doing"))[-1].startswith("Fill in each ___: Enter goes to the next one")
    assert notes(Player(lesson()).begin("mending"))[-1].startswith("Change the lines; Enter behind the last one")


def test_a_prompt_of_single_lines_is_told_no_keys_that_it_lacks() -> None:
    for step, says in (
        ("doing", "Fill in each ___; Enter runs the line."),
        ("mending", "Type the lines below as they"),
    ):
        player = Player(lesson(), line_by_line=True)
        for told in (player.begin(step), player.command("redo")):
            assert notes(told)[-1].startswith(says)
            assert not any(key in notes(told)[-1] for key in ("Ctrl", "Up ", "goes to"))
    told = notes(Player(shipped("graph"), line_by_line=True).begin("ice-cream"))[-1]
    assert told.startswith("Type the lines below with each ___ filled in;")


UNFINISHED = (
    FRONT
    + """
## T
<!-- step: one task -->
```python check
scalar("a", 2.0)
grad("a", 3.0)
```
```python solution
a = torch.tensor(2.0, requires_grad=True)
b = 3 * a
b.backward()
```
<details><summary>Hint</summary>Go back.</details>

~~~python wrong says="b is made, go back from it."
a = torch.tensor(2.0, requires_grad=True)
b = 3 * a
~~~
"""
)


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["a = torch.tensor(2.0, requires_grad=True)", "b = a * 3", "a = a.detach().requires_grad_()"], False),
        (["b = 1", "a = torch.tensor([2.0]).requires_grad_()[0].detach().requires_grad_()"], False),
        (["c = 1\na = torch.tensor(2.0).requires_grad_()\nb = a * 3"], True),
    ],
)
def test_a_known_mistake_on_the_way_is_only_told_to_who_came_the_same_way(lines: list[str], told: bool) -> None:
    player = Player(lesson(UNFINISHED))
    player.begin()
    heard = [text for line in lines for _, text in feedback(player.type(line))]
    assert ("b is made, go back from it." in heard) == told


RANDOM = (
    FRONT
    + """
## A
<!-- step: a demo -->
```python setup
first = torch.rand(2)
```
```python demo
second = torch.rand(2)
```
## B
<!-- step: b demo -->
```python demo
third = torch.rand(2)
```
"""
)


def numbers(*disturbances: str) -> list[list[float]]:
    player = Player(lesson(RANDOM))
    player.begin()
    for code in disturbances:
        player.type(code)
    player.enter()
    for code in disturbances:
        player.type(code)
    player.enter()
    player.enter()
    return [player.session.namespace[name].tolist() for name in ("first", "second", "third")]


def test_random_numbers_of_the_lesson_do_not_depend_on_free_play() -> None:
    plain = numbers()
    assert numbers("torch.rand(3);", "torch.manual_seed(99);", "import random; random.random()") == plain
    torch.manual_seed(3)
    assert plain[:2] == [torch.rand(2).tolist(), torch.rand(2).tolist()]


@pytest.mark.parametrize(
    "code",
    [
        "torch.set_grad_enabled(False);",
        "torch.set_default_dtype(torch.float64)",
        "torch.set_default_device('meta')",
        "torch = None",
    ],
)
def test_what_free_play_sets_for_the_session_does_not_reach_the_lessons_code(code: str) -> None:
    player = at("watching")
    player.type(code)
    player.enter()
    x = player.session.namespace["x"]
    assert (x.dtype, x.device.type) == (torch.float32, "cpu")
    player.enter()
    player.type(code)
    player.enter()
    player.type("y = torch.ones(1, requires_grad=True) * 2")
    assert player.session.namespace["y"].requires_grad
    assert player.session.namespace["y"].dtype is torch.float32


def test_free_play_has_random_numbers_of_its_own() -> None:
    player = at("reading")
    torch.manual_seed(5)
    expected = torch.rand(4).tolist()
    torch.manual_seed(5)
    player.type("first = torch.rand(2)")
    player.enter()
    player.enter()
    torch.manual_seed(5)
    player.type("first = torch.rand(2)")
    player.enter()
    player.type("second = torch.rand(2)")
    namespace = player.session.namespace
    assert namespace["first"].tolist() + namespace["second"].tolist() == expected


def test_a_function_of_the_lesson_sees_what_the_learner_rebinds() -> None:
    text = FRONT + "## T\n<!-- step: one read -->\n```python setup\nk = 2\ndef twice(a):\n    return k * a\n```\n"
    player = Player(lesson(text))
    player.begin()
    player.type("k = 10\nout = twice(1)")
    assert player.session.namespace["out"] == 10


FAULTY = COURSE.replace('tensor("m", [0.0, 2.0, 4.0])', 'tensor("m"); 1 / 0')


def test_a_faulty_check_is_no_mistake_of_the_learners_and_lets_them_go_on() -> None:
    player = Player(lesson(FAULTY))
    player.begin("doing")
    assert player.type("y = 1") == []
    ((mood, text),) = feedback(player.type("m = 1\nm = x"))
    assert mood == "fault"
    assert "small.md:4" in text
    assert player.run.mode == "continue"


def test_a_setup_that_fails_is_the_lessons_fault() -> None:
    text = FRONT + "## T\n<!-- step: one read -->\n```python setup\nx = 1\nx / 0\n```\nWords."
    said = Player(lesson(text)).begin()
    ((mood, told),) = feedback(said)
    assert mood == "fault"
    assert told.endswith("small.md:10: ZeroDivisionError: division by zero")


def test_progress_is_listed_and_exported() -> None:
    player = at("doing")
    player.type("m = x * 2")
    (report,) = player.command("progress")
    assert isinstance(report, say.ProgressReport)
    rows = {row.id: (row.status, row.here) for row in report.rows}
    assert rows["doing"] == ("passed", True)
    assert rows["mending"] == ("new", False)
    (data,) = player.command("progress", "--json")
    assert isinstance(data, say.Data)
    assert '"doing"' in data.text


def test_a_lesson_is_resumed_where_it_was_left(tmp_path: Path) -> None:
    player = Player(lesson(), Progress(tmp_path))
    player.begin()
    player.enter()
    player.enter()
    player.enter()
    player.enter()
    assert player.run.label == "small 3/6"
    again = Player(lesson(), Progress(tmp_path))
    said = again.begin()
    assert again.run.label == "small 3/6"
    assert again.session.namespace["x"].tolist() == [0, 1, 2]
    assert notes(said)[0].startswith("The lesson goes on with this step.")


def test_leaving_keeps_the_prompt_and_the_variables() -> None:
    player = at("doing")
    player.command("leave")
    assert player.run.finished
    assert player.run.mode == "python"
    assert player.type("m = x * 3") == []
    assert player.session.namespace["m"].tolist() == [0, 3, 6]
    player.command("goto", "doing")
    assert player.run.label == "small 5/6"


def test_an_unknown_command_is_the_callers_mistake() -> None:
    with pytest.raises(KeyError):
        at("doing").run.command("hnit")


def test_the_tutor_works_where_the_x_ray_is_off() -> None:
    player = at("doing")
    player.session.watching = False
    player.type("m = x.clone()")
    assert feedback(player.type("m.mul_(3);")) == [("bad", "That is three times x.")]
    assert feedback(player.type("m = x * 2"))[0][0] == "good"


def test_enter_at_an_open_question_or_task_says_that_it_is_open() -> None:
    for step in ("guessing", "choosing"):
        player = at(step)
        assert notes(player.enter()) == ["The question is open: type your answer, or %hint. %task shows it again."]
        assert player.run.mode == "answer"
    assert notes(at("doing").enter()) == ["The task is open: type your code, or %hint. %task shows it again."]


def test_the_task_is_shown_again_and_nothing_of_it_is_lost() -> None:
    player = at("doing")
    player.type("m = x * 3")
    heading, text = player.command("task")
    assert isinstance(heading, say.Heading)
    assert text == say.AuthorText("Make `m`, twice `x`.")
    assert player.run.mode == "python"
    assert player.session.namespace["m"].tolist() == [0.0, 3.0, 6.0]
    assert feedback(player.type("m = x * 2"))[0][0] == "good"


def test_an_open_question_is_shown_again_with_its_code_or_its_choices() -> None:
    player = at("guessing")
    assert player.command("task")[1:] == [say.CodeBlock("x * 2")]
    assert player.run.mode == "answer"
    assert [type(each) for each in at("choosing").command("task")] == [say.Heading, say.AuthorText, say.Options]
    watching = at("watching")
    watching.enter()
    assert [type(each) for each in watching.command("task")] == [
        say.Heading,
        say.CodeBlock,
        say.AuthorText,
        say.CodeBlock,
    ]


def test_what_changes_after_a_pass_is_told_once_not_to_be_checked() -> None:
    player = at("doing")
    player.type("m = x * 2")
    assert player.type("k = 1") == []
    (said,) = notes(player.type("m = x * 3"))
    assert said.startswith("This step is done, so that is not checked any more.")
    assert player.type("m = x * 4") == []


def test_hints_and_solutions_after_a_pass() -> None:
    player = at("doing")
    player.type("m = x * 2")
    assert notes(player.command("hint")) == ["This step is done. Press Enter to go on; %redo begins it again."]
    shown = player.command("solution")
    assert [each.source for each in shown if isinstance(each, say.CodeBlock)] == ["m = x * 2", "m = x + x"]


def test_a_lesson_goes_on_with_a_step_that_was_gone_back_to(tmp_path: Path) -> None:
    player = Player(lesson(), Progress(tmp_path))
    player.begin()
    for _ in range(3):
        player.enter()
    player.command("back")
    assert player.run.label == "small 1/6"
    again = Player(lesson(), Progress(tmp_path))
    again.begin()
    assert again.run.label == player.run.label


class TestPiped:
    """A lesson with a pipe for a learner."""

    def test_the_whole_lesson(self, tmp_path: Path) -> None:
        player = Player(lesson(), Progress(tmp_path), piped=True)
        player.begin()
        assert (player.run.mode, player.run.label) == ("answer", "small 3/6")
        player.type("[0, 2, 4]")
        player.type("b")
        player.type("y = 1")
        player.type("m = x * 2")
        assert player.run.label == "small 6/6"
        said = player.type("n = n - 1")
        assert feedback(said)[-1][0] == "good"
        assert player.run.finished
        assert player.run.completed
        assert not list(tmp_path.iterdir())

    def test_nothing_is_said_about_keys(self) -> None:
        player = Player(lesson(), piped=True)
        said = [*player.begin(), *player.type("[0, 2, 4]"), *player.type("b"), *player.type("m = x * 2")]
        assert notes(said) == []

    def test_a_question_takes_one_line(self) -> None:
        player = Player(lesson(), piped=True)
        player.begin()
        assert feedback(player.type("[7]"))[0][0] == "bad"
        assert player.run.label == "small 4/6"
        assert [mood for mood, _ in feedback(player.type("a"))] == ["bad", "note"]
        assert player.run.label == "small 5/6"

    def test_a_skipped_task_leaves_the_lesson_incomplete(self) -> None:
        player = Player(lesson(), piped=True)
        player.begin()
        for text in ("[0, 2, 4]", "b"):
            player.type(text)
        player.command("skip")
        player.type("n -= 1")
        assert player.run.finished
        assert not player.run.completed

    def test_it_begins_at_the_first_step_whatever_was_done_before(self, tmp_path: Path) -> None:
        before = Player(lesson(), Progress(tmp_path))
        before.begin("doing")
        player = Player(lesson(), Progress(tmp_path), piped=True)
        assert isinstance(player.begin()[0], say.Title)
        assert not player.run.completed


def test_a_home_that_cannot_be_written_is_told_of_once_and_the_lesson_goes_on(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where the folder should be")
    player = Player(lesson(), Progress(tmp_path / "state"))
    assert [text for text in notes(player.begin()) if text.startswith("Progress is not kept: ")]
    said = player.enter() + player.enter() + player.enter()
    assert not [text for text in notes(said) if "Progress" in text]
    assert player.progress.lesson("small").done == {"reading", "watching"}


@pytest.mark.parametrize("code", ["m = x * 2 + " + "+".join(["0"] * 700), "m = x * 2; n = " + "-" * 800 + "1"])
def test_a_line_nested_as_deep_as_python_allows_is_checked_as_any_other(code: str) -> None:
    player = at("doing")
    assert feedback(player.type(code))[0][0] == "good"


OWN = (
    FRONT
    + """
## Write
<!-- step: write task -->
<details><summary>Hint</summary>Twice.</details>

```python check
function("twice", lambda x: 2 * x, [3.0, 5.0])
```
```python solution
def twice(number):
    return 2 * number
```
## Use
<!-- step: use demo -->
```python setup
ready = True
```
```python demo
six = twice(3)
```
## Again
<!-- step: again task -->
<details><summary>Hint</summary>Ten.</details>

```python check
scalar("ten", 10)
```
```python solution
ten = twice(5)
```
"""
)
_MINE = "def half(n):\n    return n / 2\n@staticmethod\ndef twice(x):\n    # mine\n    return half(4 * x)"


def test_an_accepted_function_of_the_learners_lives_on() -> None:
    player = Player(lesson(OWN))
    player.begin()
    player.type(_MINE)
    assert player.run.mode == "continue"
    for _ in range(2):
        player.enter()
    assert player.session.namespace["six"] == 6.0, "a division makes a float of it"
    player.type("six = twice = None")
    for command, argument in (("redo", ""), ("goto", "use"), ("goto", "again"), ("back", "")):
        player.command(command, argument)
        twice = player.session.namespace["twice"]
        assert twice(1) == 2.0
        assert type(twice(1)) is float
    player.command("goto", "write")
    assert "twice" not in player.session.namespace


def test_a_function_that_was_not_accepted_does_not() -> None:
    player = Player(lesson(OWN))
    player.begin()
    player.type("def twice(x):\n    return 3 * x")
    player.command("skip")
    assert player.session.namespace["twice"](2) == 4


def test_a_demo_that_is_typed_counts_as_run() -> None:
    player = at("watching")
    said = player.type("x = torch.arange( 3.0 )")
    assert say.CodeBlock("x + 1") in said
    said = player.type("x + 1")
    assert say.Learned("It counts from 0.") in said
    assert player.run.mode == "continue"
    assert notes(player.enter())[0].startswith("What does it give?"), "nothing was put back"


def test_one_line_of_a_demo_that_is_typed_leaves_the_rest() -> None:
    text = COURSE.replace("x = torch.arange(3.0)\n", "x = torch.arange(3.0)\ny = x + 1\n")
    player = Player(lesson(text))
    player.begin("watching")
    player.type("x = torch.arange(3.0)")
    assert [each.source for each in player.enter() if isinstance(each, say.RunDemo)] == ["y = x + 1"]


@pytest.mark.parametrize("code", ["x = torch.arange(4.0)", "y = 1", "x = torch.arange(3.0)\ny = 1", "1 / 0"])
def test_another_line_is_free_play(code: str) -> None:
    player = at("watching")
    assert player.type(code) == []
    assert isinstance(player.enter()[-1], say.Instruction)
    assert player.session.namespace["x"].tolist() == [0, 1, 2]


@pytest.mark.parametrize("words", ["it is twice x", "the numbers are 0, 2, 4", "no idea."])
def test_words_at_a_task_are_told_what_is_wanted(words: str) -> None:
    assert feedback(at("doing").type(words)) == [
        ("note", "Those are words. Type Python here; %hint and %solution help.")
    ]
