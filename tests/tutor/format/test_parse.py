"""Markdown → Lesson, and what an author is told when it is none."""

from __future__ import annotations

import pytest

from ptrepl.errors import LessonError
from ptrepl.tutor.format.lesson import Choices, CodeFence, Facet, Prose, Role, StepKind
from ptrepl.tutor.format.parse import parse_lesson
from tests.tutor.lessons import COURSE, FRONT, lesson

STEP = "\n## Title\n<!-- step: one read -->\n"
TASK = """
```python check
tensor("m")
```
```python solution
m = 1
```
<details><summary>Hint</summary>h</details>

"""


def faults(text: str) -> list[str]:
    with pytest.raises(LessonError) as caught:
        parse_lesson(text, "x.md")
    return str(caught.value).splitlines()


def test_the_front_matter() -> None:
    front = (
        "---\nid: a-b\ntitle: 'T: t'\nversion: 2\nminutes: 5\nneeds: [c]\nteaches: [torch.zeros]\nseed: 7\n"
        "packages:\n  - pandas\n---\n"
    )
    parsed = parse_lesson(front + STEP + "Words.", "x.md")
    assert (parsed.id, parsed.title, parsed.version, parsed.minutes) == ("a-b", "T: t", 2, 5)
    assert (parsed.needs, parsed.teaches, parsed.seed, parsed.packages) == (("c",), ("torch.zeros",), 7, ("pandas",))


def test_the_steps_in_order_with_their_lines() -> None:
    parsed = lesson()
    assert parsed.intro == "Some words before it begins."
    assert [(step.id, step.kind) for step in parsed.steps] == [
        ("reading", StepKind.READ),
        ("watching", StepKind.DEMO),
        ("guessing", StepKind.PREDICT),
        ("choosing", StepKind.CHOICE),
        ("doing", StepKind.TASK),
        ("mending", StepKind.FIX),
    ]
    lines = COURSE.split("\n")
    for step in parsed.steps:
        assert lines[step.line - 1] == f"## {step.title}"
        for code in step.codes(*Role):
            assert lines[code.line - 1].startswith(f"```python {code.role}")
            assert lines[code.line] == code.source.split("\n")[0]


def test_a_demo_keeps_the_order_of_text_and_code() -> None:
    watching = lesson().steps[1]
    assert [type(block) for block in watching.blocks] == [CodeFence, Prose, CodeFence]
    assert watching.learned == "It counts from 0."


def test_choices_and_their_feedback() -> None:
    block = lesson().steps[3].blocks[1]
    assert isinstance(block, Choices)
    assert [(item.text, item.feedback, item.right) for item in block.items] == [
        ("the first", "Not the first.", False),
        ("the second", "The second indeed.", True),
    ]


def test_packages_that_a_step_needs() -> None:
    text = STEP + "<!-- packages: pandas, matplotlib -->\nWords.\n## B\n<!-- step: b read -->\nMore."
    parsed = parse_lesson("---\nid: a\ntitle: T\npackages: [sklearn]\n---\n" + text, "x.md")
    assert parsed.steps[0].packages == ("pandas", "matplotlib")
    assert parsed.all_packages == ("sklearn", "pandas", "matplotlib")
    assert [step.id for step in parsed.without(["matplotlib"]).steps] == ["b"]
    assert parsed.without(["numpy"]) == parsed


def test_what_a_step_promises() -> None:
    comment = "<!-- promises: m, m.dtype,\n w.is_leaf, row  shares memory with m,\n w shares no memory with row -->\n"
    text = FRONT + STEP.replace("read", "task") + comment + TASK
    (step,) = parse_lesson(text, "x.md").steps
    assert [(each.text, each.facet) for each in step.promises] == [
        ("m", Facet.VALUE),
        ("m.dtype", Facet.DTYPE),
        ("w.is_leaf", Facet.IS_LEAF),
        ("row shares memory with m", Facet.SHARED),
        ("w shares no memory with row", Facet.APART),
    ]
    assert {each.line for each in step.promises} == {text[: text.index(comment)].count("\n") + 1}


def test_attributes_of_fences_and_hints() -> None:
    doing = lesson().steps[4]
    assert [code.name for code in doing.codes(Role.SOLUTION)] == ["times", "plus"]
    assert doing.codes(Role.WRONG)[0].says == "That is three times x."
    assert [hint.text for hint in doing.hints] == ["Multiply.", "By two."]


def test_a_plain_fence_is_prose_and_is_never_run() -> None:
    text = FRONT + STEP + "Look:\n\n```python\nimport os\n```\n\n- a list\n"
    (block,) = parse_lesson(text, "x.md").steps[0].blocks
    assert isinstance(block, Prose)
    assert block.text == "Look:\n\n```python\nimport os\n```\n\n- a list"


def test_a_heading_inside_a_fence_is_no_step() -> None:
    text = FRONT + STEP + "```python\n## not a step\n```\n"
    assert len(parse_lesson(text, "x.md").steps) == 1


def test_fences_behind_a_curtain_belong_to_the_step() -> None:
    text = (
        FRONT
        + STEP.replace("read", "task")
        + TASK.replace("```python solution", "<details><summary>Solution</summary>\n\n```python solution").replace(
            "m = 1\n```", "m = 1\n```\n\n</details>\n"
        )
    )
    step = parse_lesson(text, "x.md").steps[0]
    assert [code.source for code in step.codes(Role.SOLUTION)] == ["m = 1"]
    assert len(step.hints) == 1


def test_windows_line_ends_and_a_byte_order_mark_change_nothing() -> None:
    assert parse_lesson("\ufeff" + COURSE.replace("\n", "\r\n"), "small.md") == lesson()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (STEP + "```python demo\nx = 1\n\n## Next\n<!-- step: two demo -->\n```python demo\nx = 2\n```\n", 9),
        (STEP + "~~~python demo\nx = 1\n\n## Next\n<!-- step: two read -->\nWords.\n", 9),
        (STEP + "```python\nx = 1\n\n```python demo\nx = 2\n```\nWords.\n", 9),
        (STEP + "```python demo\nx = 1\n\n> Learned.\n", 9),
        (STEP + "```python demo\nx = 1\n`` `\n", 9),
        (STEP + "```python demo", 9),
    ],
)
def test_a_fence_that_is_not_closed_is_told_once_and_where_it_was_opened(text: str, line: int) -> None:
    (fault,) = faults(FRONT + text)
    assert fault.startswith(f"x.md:{line}: the fence opened on line {line} is not closed; end it with a line that is ")


def test_a_fence_may_hold_what_looks_like_a_heading_or_a_fence() -> None:
    text = STEP + "```\n## Heading\nwords\n```\n\n~~~python\n# ```\n## twice\n~~~\n\n> ```\n> x\n> ```\n"
    assert len(parse_lesson(FRONT + text, "x.md").steps) == 1


def test_a_fence_that_says_python_in_another_way() -> None:
    assert faults(FRONT + STEP + "``` py demo\nx = 1\n```\n") == [
        "x.md:9: this fence says 'py demo'; write ```python demo"
    ]


@pytest.mark.parametrize(
    ("front", "line", "says"),
    [
        ("", 1, "this file is empty"),
        ("   \n\n", 1, "this file is empty"),
        ("# Title\n", 1, "no front matter"),
        ("---\nid: a\n", 1, "never closed"),
        ("---\n- a\n- b\n---\n", 2, "must be lines of 'key: value'"),
        ("---\njust words\n---\n", 2, "must be lines of 'key: value'"),
        ("---\n---\n", 2, "must be lines of 'key: value'"),
        ("---\nid: [a\n---\n", 2, "not YAML"),
        ("---\nid: a\nneeds: [a\ntitle: b\n---\n", 3, "this list begins with [ and is never closed with ]"),
        ("---\nid: a\ntitle: On: the way\n---\n", 3, "put what follows title: in quotes, since it has a colon"),
        ("---\nid: a\n\ttitle: b\n---\n", 3, "indent with spaces, not with tabs"),
        ("---\nid: a\ntitle: !!python/object/apply:os.system ['x']\n---\n", 3, "may not use"),
        ("---\na: &a [x]\nb: [*a, *a]\n---\n", 2, "may not use"),
        ("---\nid: " + "[" * 4000 + "\n---\n", 2, "not YAML"),
        ("---\ntitle: " + "x" * 20_000 + "\n---\n", 2, "may have 10,000 characters"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_front_matter_that_cannot_be_read(front: str, line: int, says: str) -> None:
    fault, *others = faults(front)
    assert all("this lesson has no steps" in each for each in others)
    assert fault.startswith(f"x.md:{line}: ")
    assert says in fault


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("ittle: x", "unknown key 'ittle'; did you mean 'title'?"),
        ("zzz: x", "unknown key 'zzz'; known: id, title"),
        ("minutes: many", "minutes must be a whole number"),
        ("minutes: true", "minutes must be a whole number"),
        ("minutes: -3", "minutes must be a whole number"),
        ("needs: creation", "needs must be a list of lesson ids"),
        ("needs: [Not An Id]", "needs must be a list of lesson ids"),
        ("seed: 1.5", "seed must be a whole number"),
        ("id: twice", "id stands here a second time; the first is on line 2"),
        ('lang: "\\e[31m"', "control character U+001B in lang"),
        ("version: 2020-99-99", "the front matter is not YAML that a lesson can use"),
    ],
)
def test_a_field_that_does_not_fit(line: str, says: str) -> None:
    text = f"---\nid: a\ntitle: t\n{line}\n---\n{STEP}"
    assert any(says in fault and (":4: " in fault or ":2: " in fault) for fault in faults(text))


@pytest.mark.parametrize("identifier", ["A", "a_b", "a b", "-a", "a-", "../a", "7", "ä", "a" * 61])
def test_an_id_is_a_simple_word(identifier: str) -> None:
    assert any("id must be" in fault for fault in faults(f"---\nid: '{identifier}'\ntitle: t\n---\n{STEP}"))


BODY_FAULTS = {
    "no steps": ("Words only.", "this lesson has no steps"),
    "no comment": ("## Title\ntext", "the heading 'Title' has no step comment; write one"),
    "comment misspelt": ("## T\n<!-- stp: one read -->", "this comment begins with 'stp:'; did you mean 'step:'?"),
    "heading too low": (STEP + "### T\n<!-- step: two read -->", "heading with two ##; this one has ###"),
    "no role": (
        "## T\n<!-- step: one predict -->\n```python\nx\n```",
        "needs a fence with the role predict; the python fence on line 8 has no role",
    ),
    "summary misspelt": (STEP + "<details><summary>Hnit</summary>h</details>", "did you mean 'Hint'?"),
    "curly quotes": (STEP + "```python wrong says=“Not this.”\nx\n```", 'are curly; write says="…" with straight ones'),
    "quote never closed": (STEP + '```python wrong says="Not this.\nx\n```', "after says= is never closed"),
    "quote in a quote": (STEP + '```python wrong says="Not \\"this\\"."\nx\n```', "put all of it between says='…'"),
    "name without quotes": (
        STEP.replace("read", "task") + TASK.replace('tensor("m")', "tensor(m, shape=(1,))"),
        'stand in quotes: tensor("m", …)',
    ),
    "no package": (STEP + "<!-- packages: pip install -->", "'pip install' is no package that could be imported"),
    "packages misspelt": (STEP + "<!-- package: pandas -->", "begins with 'package:'; did you mean 'packages:'?"),
    "no promise": (STEP + "<!-- promises: m is small -->", "'m is small' is no promise; write m, m.dtype or: row"),
    "nothing promised": (STEP + "<!-- promises: -->", "'' is no promise"),
    "unknown promise": (STEP + "<!-- promises: m.dtpye -->", "unknown promise about m 'dtpye'; did you mean 'dtype'?"),
    "promised on a device": (STEP + "<!-- promises: m.device -->", "unknown promise about m 'device'"),
    "promises misspelt": (STEP + "<!-- promise: m -->", "begins with 'promise:'; did you mean 'promises:'?"),
    "promised in a read": (STEP + "<!-- promises: m.dtype -->", "no solution that could keep the promise 'm.dtype'"),
    "comment too short": ("## T\n<!-- step: one -->", "a step comment holds an id and a kind"),
    "unknown kind": ("## T\n<!-- step: one taks -->", "unknown kind of step 'taks'; did you mean 'task'?"),
    "bad id": ("## T\n<!-- step: One read -->", "the step id 'One' must be"),
    "same id": (STEP + STEP, "the step id 'one' is taken"),
    "two comments": (STEP + "<!-- step: two read -->", "this step has a step comment already"),
    "comment before": ("<!-- step: one read -->\n" + STEP, "a step comment stands under a heading"),
    "code before": ("```python setup\nx = 1\n```\n" + STEP, "only text may stand before the first step"),
    "second title": (STEP + "# Again", "one heading with a single #"),
    "unknown role": (STEP + "```python sutep\nx\n```", "unknown role 'sutep'; did you mean 'setup'?"),
    "misplaced role": (STEP + "```python check\ntensor('x')\n```", "a step of the kind read has no use for check"),
    "unknown attribute": (
        STEP.replace("read", "demo") + "```python demo raise=Error\nx\n```",
        "unknown key of the role demo 'raise'; did you mean 'raises'?",
    ),
    "attribute of none": (STEP + "```python setup name=x\ny\n```", "the role setup takes no name="),
    "no error name": (STEP.replace("read", "demo") + '```python demo raises="a b"\nx\n```', "the name of an error"),
    "empty fence": (STEP + "```python setup\n\n```", "this setup fence is empty"),
    "broken code": (STEP + "```python setup\nx = (\n```", "the setup code is not Python"),
    "role in a list": (STEP + "- a\n\n  ```python setup\n  x = 1\n  ```", "may not stand inside a list"),
    "demo without demo": ("## T\n<!-- step: one demo -->", "needs a fence with the role demo"),
    "task without check": ("## T\n<!-- step: one task -->", "needs a fence with the role check"),
    "task without solution": ("## T\n<!-- step: one task -->", "needs a fence with the role solution"),
    "task without hint": ("## T\n<!-- step: one task -->", "needs a hint"),
    "fix without starter": ("## T\n<!-- step: one fix -->" + TASK, "needs a fence with the role starter"),
    "predict without": ("## T\n<!-- step: one predict -->", "needs a fence with the role predict"),
    "choice without": ("## T\n<!-- step: one choice -->", "needs a list of"),
    "no right choice": ("## T\n<!-- step: one choice -->\n- [ ] a — b\n- [ ] c — d", "one of them right"),
    "no feedback": ("## T\n<!-- step: one choice -->\n- [ ] a\n- [x] c — d", "is followed by ' — '"),
    "mixed list": ("## T\n<!-- step: one choice -->\n- [x] a — b\n- c", "must begin with [ ] or [x]"),
    "choices in a read": (STEP + "- [x] a — b\n- [ ] c — d", "asks a question"),
    "wrong without says": (STEP.replace("read", "task") + TASK + "```python wrong\nm = 2\n```", 'needs says="…"'),
    "misspelt check": (
        STEP.replace("read", "task") + TASK.replace('tensor("m")', 'tensr("m")'),
        "unknown check word 'tensr'; did you mean 'tensor'?",
    ),
    "check of nothing": (STEP.replace("read", "task") + TASK.replace('tensor("m")', "1 + 1"), "checks nothing"),
    "hint without end": (STEP + "<details><summary>Hint</summary>\n\nwords", "never closed"),
    "empty hint": (STEP + "<details><summary>Hint</summary></details>", "this hint is empty"),
    "no summary": (STEP + "<details>words</details>", "needs a <summary>"),
    "hint in a read": (STEP + "<details><summary>Hint</summary>h</details>", "has no use for a hint"),
    "four hints": (
        STEP.replace("read", "task") + TASK + "\n<details><summary>Hint</summary>h</details>\n" * 3,
        "has 3 hints at most",
    ),
    "text right after a hint": (
        STEP + "<details>\n<summary>a</summary>\n</details>\ntext",
        "leave an empty line after",
    ),
    "html": (STEP + "a <b>bold</b> word", "<b> is HTML"),
    "html block": (STEP + "<div>\nx\n</div>", "is HTML"),
    "escape sequence": (STEP + "red \x1b[31m", "control character U+001B"),
    "turned text": (STEP + "left \u202e right", "control character U+202E"),
    "link list": (STEP + "[a][1]\n\n[1]: https://example.org", "write links in full"),
    "backtick in a fence line": (STEP + '```python wrong says="`m`"\nx\n```', "begin and end this fence with ~~~"),
    "two learned": (STEP + "> one\n\ntext\n\n> two", "a step has one quotation"),
    "unnamed solutions": (
        STEP.replace("read", "task") + TASK + "```python solution\nm = 2\n```",
        "each needs its own name=",
    ),
    "too long": (STEP + "x" * 200_000, "a lesson may have 100,000 characters"),
}


@pytest.mark.parametrize(("body", "says"), BODY_FAULTS.values(), ids=BODY_FAULTS)
def test_a_fault_of_the_body_is_told_with_its_line(body: str, says: str) -> None:
    found = [fault for fault in faults(FRONT + body) if says in fault]
    assert found
    number = int(found[0].split(":")[1])
    assert 1 <= number <= (FRONT + body).count("\n") + 1


def test_all_faults_are_told_at_once_in_the_order_of_the_file() -> None:
    text = FRONT + "## A\n<!-- step: A read -->\n```python sutep\nx\n```\n## B\n## C\n<!-- step: c taks -->\n"
    numbers = [int(fault.split(":")[1]) for fault in faults(text)]
    assert len(numbers) == 4
    assert numbers == sorted(numbers)


def test_a_file_with_a_fault_on_each_line_ends_its_list() -> None:
    found = faults(FRONT + STEP + "\x1b\n" * 5000)
    assert len(found) == 101
    assert "more faults" in found[-1]


def test_a_misspelt_name_in_a_message_cannot_reach_the_terminal_as_an_escape() -> None:
    (fault,) = faults('---\nid: a\ntitle: t\n"\\e[31mred": 1\n---\n' + STEP)
    assert "\x1b" not in fault
    assert "\\x1b[31mred" in fault


@pytest.mark.parametrize("front", ["id: [one", "- one", "id: &a one\ntitle: *a", "id: One\ntitle: t", "title: t"])
def test_faults_of_the_front_matter_and_of_the_body_are_told_together(front: str) -> None:
    told = faults(f"---\n{front}\n---\n\n## One\n<!-- step: one rad -->\n\n## Two\n<!-- step: one two -->\n")
    lines = [int(each.split(":")[1]) for each in told]
    assert lines == sorted(lines)
    assert lines[0] < 5
    assert sum("unknown kind of step" in each for each in told) == 2


CELLS = """First.

Press a key.
<!-- notebook: Run the cell. -->

```python
shown = 1
```

Then more.

- a
- b
<!-- notebook:
- c
-->

> Press on.
<!-- notebook: Run on. -->
"""


def test_what_a_notebook_words_in_another_way() -> None:
    step = parse_lesson(FRONT + STEP + CELLS, "x.md").steps[0]
    (prose,) = step.blocks
    assert isinstance(prose, Prose)
    assert "notebook" not in prose.text
    assert prose.text.startswith("First.\n\nPress a key.\n\n```python")
    assert prose.in_notebook == "First.\n\nRun the cell.\n\n```python\nshown = 1\n```\n\nThen more.\n\n- c"
    assert (step.learned, step.learned_in_notebook) == ("Press on.", "Run on.")


@pytest.mark.parametrize("text", ["<!-- notebook: Run. -->", "Press.\n<!-- notebook: -->"])
def test_such_words_stand_below_the_paragraph_that_they_replace(text: str) -> None:
    (said,) = faults(FRONT + STEP + text)
    assert "stands below the paragraph" in said
