"""What the tutor says, on a terminal and in a pipe."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest

from ptrepl.screen.line import Line, plain
from ptrepl.screen.markdown import markdown_lines
from ptrepl.screen.printer import Printer
from ptrepl.screen.prose import say_lines, show
from ptrepl.screen.theme import STYLES
from ptrepl.screen.wrap import WIDEST, columns
from ptrepl.tutor.play import say

TEXT = """\
Look at `x.grad`, which is **new**, and at [this], [/that] or [red]those[/red]. It goes on for much longer than a line.

- one item that is so long that it has to be continued on another line
- another

```python
x = torch.ones(2)   # not wrapped
```

See [the manual](https://example.org/a). 一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十
"""

SAYS: list[say.Say] = [
    say.Title("Gradients", 30, 15),
    say.Heading("First", 1, 15),
    say.AuthorText(TEXT),
    say.Learned("`x` is a leaf."),
    say.CodeBlock("x = 1\n\ny = 2", "named"),
    say.Options((("a", "the `first` of all that can be chosen here, in many words"), ("b", "second"))),
    say.Instruction("Press Enter to go on."),
    say.Feedback("`m` is shape (3, 2); this step wants (2, 3).", "bad"),
    say.ProgressReport(
        "Gradients", (say.ReportRow("one", "First", "passed"), say.ReportRow("two", "Second", "new", True))
    ),
    say.Data('{"a": 1}'),
]


def text_of(lines: list[Line]) -> str:
    return "\n".join(plain(line) for line in lines)


@pytest.mark.parametrize("width", [20, 40, 80, 200])
@pytest.mark.parametrize("said", SAYS, ids=lambda said: type(said).__name__)
def test_nothing_is_wider_than_the_terminal_or_the_eye_likes(said: say.Say, width: int) -> None:
    if isinstance(said, say.CodeBlock | say.ProgressReport | say.Title | say.Data) and width == 20:
        pytest.skip("what is not prose is not wrapped")
    for line in say_lines(said, width):
        assert columns(plain(line)) <= min(width, WIDEST + 5)
        assert all(style in STYLES for style, _ in line)
        assert plain(line) == plain(line).rstrip()


def test_brackets_are_text() -> None:
    for width in (None, 80):
        shown = text_of(markdown_lines(TEXT, width))
        assert all(word in shown for word in ("[this]", "[/that]", "[red]those[/red]"))


def test_prose_on_a_terminal() -> None:
    lines = markdown_lines(TEXT, 60)
    shown = text_of(lines)
    assert "**" not in shown
    assert "```" not in shown
    assert "    x = torch.ones(2)   # not wrapped" in shown
    assert " - one item" in shown
    assert "https://example.org/a" in shown
    styled = {text: style for line in lines for style, text in line}
    assert styled["x.grad"] == "code"
    assert styled["new"] == "title"


def test_without_colour_code_keeps_its_backticks() -> None:
    assert "`x.grad`" in text_of(markdown_lines(TEXT, 60, ticks=True))


def test_without_a_terminal_the_text_is_the_authors() -> None:
    assert text_of(markdown_lines(TEXT, None)) == TEXT.rstrip("\n")


@pytest.mark.parametrize("said", SAYS, ids=lambda said: type(said).__name__)
def test_a_pipe_gets_neither_escapes_nor_drawings(said: say.Say) -> None:
    out = io.StringIO()
    show([said], Printer(out))
    assert "\x1b" not in out.getvalue()
    assert not any("─" <= char <= "╿" for char in out.getvalue())
    assert out.getvalue()


def test_a_demo_that_is_to_run_shows_nothing_itself() -> None:
    assert say_lines(say.RunDemo("x = 1"), 80) == []


def test_the_feedback_takes_the_colour_of_its_mood() -> None:
    for mood, style in (("good", "good"), ("bad", "bad"), ("fault", "warn")):
        ((first, *_),) = say_lines(say.Feedback("Some words.", mood), 80)  # type: ignore[arg-type]
        assert first[0] == style


class Screen(Printer):
    """A printer with a screen of ten rows."""

    @property
    def height(self) -> int:
        return 10


@pytest.mark.parametrize(("answers", "shown"), [([True] * 9, 20), ([True, False], 8)])
def test_a_screenful_waits_and_the_learner_may_stop(answers: list[bool], shown: int) -> None:
    words = [say.AuthorText("\n\n".join(f"line {number}" for number in range(20)))]
    out, left, seen = io.StringIO(), iter(answers), []

    def wants_more() -> bool:
        seen.append(out.getvalue().count("\n"))
        return next(left)

    assert show(words, Screen(out, width=80), wants_more) is (shown == 20)
    assert seen == ([8, 16, 24, 32] if shown == 20 else [8, 16])
    assert out.getvalue().count("line") == shown


ROWS = (
    say.ReportRow("regression-from-scratch", "A step with a name that is longer than most", "missed", due=True),
    say.ReportRow("two", "二二二二二二二二二二二二二二二二二二二二", "passed", here=True),
    say.ReportRow("three", "Short", "new"),
)


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_progress_fits_the_terminal_and_leaves_nothing_out(width: int) -> None:
    lines = [
        plain(line) for line in say_lines(say.ProgressReport("Mine", ROWS, "%review asks again what is due."), width)
    ]
    assert all(columns(line) <= width for line in lines)
    told = " ".join(" ".join(lines).split())
    assert "regression-from-scratch A step with a name that is longer than most · due for review" in told
    assert "> 2 passed two" in told
    assert told.replace(" ", "").count("二") == 20
    assert told.endswith("%review asks again what is due.")


def test_progress_is_one_line_a_step_where_there_is_no_terminal() -> None:
    assert len(say_lines(say.ProgressReport("Mine", ROWS, "%review asks."), None)) == 5


PAGE = """\
## A heading

Some *emphasis*, **`code` in bold**, <kbd>Tab</kbd> and [a **link**](https://example.org).

1. first
2. second
   - nested, and so long that it has to be continued on another line, which begins where the item does

> A quotation with `code`.

| name | means |
| --- | --- |
| `dim` | 方向，从零数起 |
"""


def test_the_blocks_of_a_page_and_their_styles() -> None:
    lines = markdown_lines(PAGE, 60)
    assert [plain(line) for line in lines] == [
        "A heading",
        "",
        "Some emphasis, code in bold, Tab and a link",
        "(https://example.org).",
        "",
        " 1 first",
        " 2 second",
        "    - nested, and so long that it has to be continued on",
        "      another line, which begins where the item does",
        "",
        "▌ A quotation with code.",
        "",
        "",
        " name  means",
        " " + "─" * 20,
        " dim   方向，从零数起",
    ]
    styled = {text.strip(): style for line in lines for style, text in line}
    assert styled["A heading"] == styled["emphasis"] == styled["in bold"] == styled["Tab"] == styled["means"] == "title"
    assert styled["code"] == styled["dim"] == "code"
    assert styled["https://example.org"] == styled["1"] == styled["─" * 20] == "dim"
    assert styled["first"] == styled["方向，从零数起"] == ""


WIDE = """\
张量是一块数字，都是同一种。形状（shape）说明“每个方向”有多少个数字；`dim`从0数起，**步长**也一样……

- 第一项很长，所以要在下一行继续，但是逗号和句号都不能在行首。第一项很长，所以要在下一行继续。
- 텐서는 숫자의 묶음입니다. שלום עולם, العالم 👩‍🔬🔥🇨🇳 e\u0301e\u0301

> テンソルは数のまとまりです。「形」は、それぞれの方向にいくつあるかを示します。ニューラルネットワーク。
"""


@pytest.mark.parametrize("width", [20, 40, 80, 120])
def test_wide_characters_are_counted_and_broken_as_they_are_read(width: int) -> None:
    lines = [plain(line) for line in markdown_lines(WIDE, width)]
    assert all(columns(line) <= min(width, WIDEST) for line in lines)
    told = [line.lstrip(" -▌") for line in lines if line]
    assert not any(line[0] in "，。；、）”…」ー" or line[-1] in "（“「" for line in told)
    kept = "".join("".join(told).split())
    bare = "".join(WIDE.replace("`", "").replace("**", "").replace("\n- ", "").replace("\n> ", "").split())
    assert kept == bare


@pytest.mark.parametrize(
    "text",
    [
        "* multiplies place by place.",
        "+ goes on from the school.",
        "- takes away, and ** makes a power.",
        "> asks whether one is larger.",
        ">= counts equals too, and < does not.",
        ">>> is a prompt.",
        "# begins a comment.",
        "1. is a float.",
        "12) closes a bracket.",
        "Call super().__init__() in __init__, and leave __len__ alone.",
        "x_1 and _y are names.",
        "2 * 3 * 4 is 24.",
    ],
)
@pytest.mark.parametrize("kind", [say.Instruction, lambda text: say.Feedback(text, "bad")])
def test_a_sentence_is_shown_as_it_is_written(text: str, kind: Callable[[str], say.Say]) -> None:
    assert [plain(line) for line in say_lines(kind(text), 80)] == [text]


def test_a_sentence_keeps_its_code_and_its_stressed_words() -> None:
    lines = say_lines(say.Feedback("`a_b * c` gives the same *order* as __len__.", "note"), 80)
    assert [plain(line) for line in lines] == ["a_b * c gives the same order as __len__."]
    assert ("code", "a_b * c") in lines[0]


@pytest.mark.parametrize("ticks", [True, False])
def test_a_short_formula_within_a_sentence_is_not_broken(ticks: bool) -> None:
    for width in range(54, 80):
        lines = [
            plain(line)
            for line in markdown_lines("What is left of it: `total - 100 * 2`, no less.", width, ticks=ticks)
        ]
        assert sum("total - 100 * 2" in line for line in lines) == 1
        assert "\u00a0" not in "".join(lines)


def test_a_long_one_is_broken_as_words_are() -> None:
    code = "torch.tensor(2.0, requires_grad=True, device=device)"
    assert len(markdown_lines(f"Type `{code}` here.", 40)) == 2
