"""The signature on the screen: below the input, inside the terminal, gone when the call is over."""

from __future__ import annotations

import pyte
import pytest
from prompt_toolkit.history import InMemoryHistory

from ptrepl.shell.signature.find import FoundSignature
from ptrepl.shell.signature.parse import parse_signature
from tests.shell.open_prompt import rows, screen_when
from tests.shell.typing_keys import ALT_ENTER, LEFT, paste


def find(before: str) -> FoundSignature | None:
    """What a finder that knows one function says."""
    signature = parse_signature("ones(*size, *, out=None, dtype=None, layout=torch.strided, requires_grad=False)")
    if signature is None or before.count("(") <= before.count(")"):
        return None
    return FoundSignature(signature, 3 if "dtype=" in before else 0, 1)


def shows(text: str) -> bool:
    return text.startswith(("ones(", "    ones(")) and "«" in text


def has_signature(screen: pyte.Screen) -> bool:
    return any(map(shows, rows(screen)))


def test_it_stands_below_the_input_with_the_argument_marked() -> None:
    screen = screen_when("x = ones(2, dtype=", has_signature, width=100, find_signature=find)
    assert rows(screen)[:3] == [
        ">>> x = ones(2, dtype=",
        "    ones(*size, *, out=None, «dtype=None», layout=torch.strided, requires_grad=False)",
        "",
    ]
    assert (screen.cursor.y, screen.cursor.x) == (0, len(">>> x = ones(2, dtype="))


@pytest.mark.parametrize("width", [40, 59, 60, 80])
def test_it_fits_the_terminal(width: int) -> None:
    shown = rows(screen_when("ones(dtype=", has_signature, width=width, find_signature=find))
    assert "«dtype=None»" in shown[1]
    assert len(shown[1]) < width
    assert shown[2] == ""


def test_it_stands_below_the_last_line_and_hides_none() -> None:
    keys = "x = [" + ALT_ENTER + "ones(" + ALT_ENTER + "3," + ALT_ENTER + "4)]" + 5 * LEFT
    shown = rows(screen_when(keys, has_signature, find_signature=find))
    assert [row.strip() for row in shown[:4]] == [">>> x = [", "...     ones(", "...         3,", "...         4)]"]
    assert shows(shown[4])


def test_it_goes_when_the_call_is_over() -> None:
    shown = rows(
        screen_when(
            "ones(3)",
            lambda screen: rows(screen)[0] == ">>> ones(3)" and not has_signature(screen),
            find_signature=find,
        )
    )
    assert shown[:2] == [">>> ones(3)", ""]


def test_it_follows_the_size_of_the_terminal() -> None:
    screen = screen_when("ones(dtype=", has_signature, width=100, resized=40, find_signature=find)
    shown = rows(screen)
    assert shown[0] == ">>> ones(dtype="
    assert shows(shown[1])
    assert len(shown[1]) < 40


def test_an_answer_has_none() -> None:
    asked: list[str] = []

    def none(before: str) -> FoundSignature | None:
        asked.append(before)
        return None

    screen = screen_when("x", lambda screen: rows(screen)[0] == ">>> x", find_signature=none)
    assert rows(screen)[1:] == [""] * 11
    assert asked == []


def test_the_cursor_stands_behind_wide_characters() -> None:
    text = "名 = '你好🎉'"
    screen = screen_when(text, lambda screen: "'你" in "".join(rows(screen)[0].split()) and screen.cursor.x > 4)
    assert screen.cursor.x == 4 + 2 + 3 + 1 + 4 + 2 + 1


def test_a_suggestion_is_dim_and_behind_the_cursor() -> None:
    screen = screen_when(
        "los", lambda screen: "backward" in rows(screen)[0], history=InMemoryHistory(["loss.backward()"])
    )
    assert rows(screen)[0] == ">>> loss.backward()"
    assert screen.cursor.x == len(">>> los")


def test_a_long_paste_leaves_the_signature_in_sight() -> None:
    long = "\n".join(f"x{number} = {number}" for number in range(30))
    screen = screen_when(paste(long + "\nones("), has_signature, find_signature=find)
    shown = [row for row in rows(screen) if row]
    assert shown[-2].endswith("ones(")
    assert shows(shown[-1])
