"""What moved where, as it stands on the screen."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ptrepl.engine.layouts.expression import NotShown
from ptrepl.engine.layouts.layout import RefusedLayout
from ptrepl.screen.figures.layouts.drawing import layout_lines
from ptrepl.screen.figures.layouts.scheme import refused_lines
from ptrepl.screen.line import plain
from ptrepl.screen.wrap import line_width
from tests.engine.layouts.expressions import ELEMENTWISE, JOINS, PAIRS, PRODUCTS, layout, moves, shown, tensors

NAMES = {
    "x": torch.arange(6).view(2, 3),
    "a": torch.tensor([[1.0, 2, 3], [4, 5, 6]]),
    "b": torch.tensor([[1.0, 0], [0, -1], [3, 0.5]]),
    "v": torch.tensor([1.0, 2, 3]),
    "z": torch.zeros(2, 2),
    "big": torch.zeros(4, 6, 8),
    "mask": torch.arange(192).view(4, 6, 8) % 5 < 2,
}


def drawn(code: str, chosen: tuple[int, ...] | None = None, width: int = 80) -> str:
    lines = layout_lines(code, layout(code, chosen, **NAMES), width)
    return "\n".join(plain(line).rstrip() for line in lines)


def looks(text: str) -> str:
    return dedent(text).strip("\n")


def test_a_transpose_keeps_the_numbers() -> None:
    assert drawn("x.T") == looks(
        """
        x  (2, 3)      → x.T  (3, 2)
             0  1  2        0  1
        0 │  0  1  2   0 │  0  3
        1 │  3  4  5   1 │  1  4
                       2 │  2  5
        """
    )


def test_where_values_repeat_letters_tell_elements_apart() -> None:
    assert drawn("torch.stack([z[0], z[1]])") == looks(
        """
        z[0]  (2,)    z[1]  (2,)    → torch.stack([z[0], z[1]])  (2, 2)
             0    1        0    1          0    1
        │  a 0  b 0   │  A 0  B 0   0 │  a 0  b 0
                                    1 │  A 0  B 0

        Letters stand for elements: a to b for z[0][0] to z[0][1] and A to B for z[1][0]
        to z[1][1].
        """
    )


def test_a_chosen_element_and_its_sources_stand_in_brackets() -> None:
    assert drawn("a @ b", (1, 1)) == looks(
        """
        a  (2, 3)          @ b  (3, 2)        = a @ b  (2, 2)
             0   1   2            0     1             0      1
        0 │  1   2   3     0 │    1    [0]    0 │    10   -0.5
        1 │ [4] [5] [6]    1 │    0   [-1]    1 │    22    [-2]
                           2 │    3  [0.5]

        (a @ b)[1, 1] = a[1, 0]⋅b[0, 1] + a[1, 1]⋅b[1, 1] + a[1, 2]⋅b[2, 1]
                      = 4⋅0 + 5⋅(-1) + 6⋅0.5 = -2
        """
    )


def test_copies_of_broadcasting_stand_in_parentheses_and_are_dim() -> None:
    assert drawn("a + v") == looks(
        """
        a  (2, 3)            + v  (3,) stretched to (2, 3)   = a + v  (2, 3)
               0    1    2          0     1     2                    0     1     2
        0 │  a 1  b 2  c 3   0 │  A 1   B 2   C 3            0 │  aA 2  bB 4  cC 6
        1 │  d 4  e 5  f 6   1 │ (A 1) (B 2) (C 3)           1 │  dA 5  eB 7  fC 9

        Letters stand for elements: a to f for a[0, 0] to a[1, 2] and A to C for v[0] to
        v[2].
        An element of the result has the letters of those that it is computed from.
        In parentheses: the copies that broadcasting makes of v. They take no memory.
        """
    )
    lines = layout_lines("a + v", layout("a + v", **NAMES), 80)
    copies = {style for line in lines for style, text in line if text.strip() in ("(", ")")}
    assert copies == {"dim"}


def test_an_element_keeps_its_colour() -> None:
    lines = layout_lines("x.T", layout("x.T", **NAMES), 80)
    styles: dict[str, set[str]] = {}
    for line in lines[2:]:
        for style, text in line:
            if style.startswith("hue") and text.strip():
                styles.setdefault(text.strip(), set()).add(style)
    assert all(len(each) == 1 for each in styles.values())
    assert styles["0"] != styles["3"]


def test_of_a_chain_each_step_is_shown() -> None:
    first, *_ = drawn("x.T.flatten()").splitlines()
    assert first.split() == ["x", "(2,", "3)", "→", ".T", "(3,", "2)", "→", ".flatten()", "(6,)"]


def test_a_reduction_names_what_it_is_made_of() -> None:
    assert drawn("a.sum(dim=0)").splitlines()[1:3] == [
        "       0    1    2         0     1     2",
        "0 │  a 1  b 2  c 3   │  ad 5  be 7  cf 9",
    ]
    assert drawn("a.sum(dim=0)", (1,)).splitlines()[-2:] == [
        "a.sum(dim=0)[1] = a[0, 1] + a[1, 1]",
        "                = 2 + 5 = 7",
    ]
    assert drawn("a.amax(0)", (1,)).splitlines()[-1] == "a.amax(0)[1] = 5 is computed from a[:, 1]."


def test_slices_stand_side_by_side_and_below_where_there_is_no_room() -> None:
    code = "torch.arange(12).view(2, 3, 2).transpose(0, 1)"
    assert drawn(code).splitlines()[-4:-2] == [
        "[0]           [1]           [2]",
        "      0   1         0   1         0   1",
    ]
    assert drawn(code, width=30).splitlines()[-4:-3] == ["[2]"]


def test_an_empty_tensor_and_a_number() -> None:
    assert drawn("torch.zeros(0, 2).T").splitlines()[-1].split("   ")[-1].strip() == "no elements"
    assert drawn("v.sum()").splitlines()[1].endswith("│  abc 6")


def test_large_dims_stand_in_columns() -> None:
    assert drawn("big @ torch.zeros(8, 9)") == looks(
        """
                                   batch  i  j  k
        big                            4  6  8      (4, 6, 8)
        @ torch.zeros(8, 9)           ×4     8  9   (8, 9)
        = big @ torch.zeros(8, 9)      4  6     9   (4, 6, 9)
        j (dim 2 of big and dim 0 of torch.zeros(8, 9)) is summed over: each element of
        the result is the sum of 8 products.
        Broadcasting stretches torch.zeros(8, 9) from (8, 9) to (4, 8, 9): the copies
        take no memory.
        × marks the dims that are stretched.
        """
    )
    assert drawn("big + torch.zeros(6, 1)").splitlines()[1] == "+ torch.zeros(6, 1)        ×4  6  1×8   (6, 1)"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (
            "big @ torch.zeros(8, 9)",
            "Dim 0 of the result is dim 0 of big. Dim 1 of the result is dim 1 of big. Dim 2 of the result is dim 1 of "
            "torch.zeros(8, 9). j (dim 2 of big and dim 0 of torch.zeros(8, 9)) is summed over: each element of the "
            "result is the sum of 8 products.",
        ),
        (
            "torch.einsum('ji,kj->i', torch.zeros(40, 5), torch.zeros(6, 40))",
            "j (dim 0 of torch.zeros(40, 5) and dim 1 of torch.zeros(6, 40)) and k (dim 0 of torch.zeros(6, 40)) are "
            "summed over: each element of the result is the sum of 240 products.",
        ),
        (
            "torch.zeros(70) @ torch.zeros(7, 70, 2)",
            "Broadcasting stretches torch.zeros(70) from (70,) to (7, 70)",
        ),
        ("big @ big.mT", "j (dim 2 of big and dim 1 of big.mT) is summed over"),
        ("big.view(4, 48) @ big.view(48, 4)", "j (dim 1 of big.view(4, 48) and dim 0 of big.view(48, 4))"),
        ("torch.inner(big, big)", "a sum of products of elements of big and big."),
        (
            "torch.nn.functional.linear(big, torch.zeros(2, 8), v[:2])",
            "is the sum of 8 products, and of its element of v[:2].",
        ),
        (
            "torch.nn.functional.conv2d(big.view(4, 3, 8, 2), torch.zeros(5, 3, 2, 1))",
            "A window of 2 × 1 elements slides over dims 2 and 3 of big.view(4, 3, 8, 2). At each place every filter "
            "in torch.zeros(5, 3, 2, 1), 5 in all, gives one element of the result: the sum of 6 products, over the "
            "window in all 3 channels.",
        ),
        ("big.sum((0, 2))", "Dims 0 and 2 of big go: each"),
        ("big.sum((0, 2), keepdim=True)", "Dims 0 and 2 of big shrink to 1: each"),
        ("big.softmax(-1)", "Each element of the result is computed from all elements of big along dim 2."),
        ("big.cumsum(1)", "Each element of the result is computed from those of big up to its place along dim 1."),
        ("big[big > 0]", "The result has no elements."),
        ("big[mask]", "Each element of the result is an element of big; mask says which."),
        ("torch.tril(big)", "Each element of the result is an element of big, or a constant."),
        ("torch.where(mask, big, 0.0)", "Each element of the result is an element of big, or a constant."),
        ("torch.where(mask, big, big)", "Each element of the result is an element of big; mask says which."),
        ("torch.zeros(4, 30, device='meta').T", "Dim 0 is dim 1 of torch.zeros(4, 30, device='meta')."),
        ("big.sort(1)", "Each value of the result is an element of big; its index says where that stood"),
    ],
)
def test_of_large_tensors_words_say_what_happens_to_each_dim(code: str, said: str) -> None:
    lines = layout_lines(code, layout(code, **NAMES, torch=torch), None, drawn=False)
    assert said in " ".join(map(plain, lines))


def test_the_same_tensor_twice_is_told_apart_by_its_place() -> None:
    square = torch.zeros(80, 80)
    lines = layout_lines("s @ s", layout("s @ s", s=square), None, drawn=False)
    assert plain(lines[3]) == "Dim 0 of the result is dim 0 of operand 1."
    assert plain(lines[4]) == "Dim 1 of the result is dim 1 of operand 2."


def test_a_long_formula_is_broken_before_a_sign_and_hangs() -> None:
    code = "(a[0] + 1) @ (b[:, 0] + 1)"
    shown = drawn(code, (), width=50).splitlines()
    at = shown.index("result")
    assert shown[at:] == [
        "result",
        "    = (a[0] + 1)[0]⋅(b[:, 0] + 1)[0]",
        "      + (a[0] + 1)[1]⋅(b[:, 0] + 1)[1]",
        "      + (a[0] + 1)[2]⋅(b[:, 0] + 1)[2]",
        "    = 2⋅2 + 3⋅1 + 4⋅4 = 23",
    ]


def test_what_is_stretched_is_said_in_words_too() -> None:
    lines = layout_lines("a + v", layout("a + v", **NAMES), None, drawn=False)
    assert plain(lines[0]) == "Broadcasting stretches v from (3,) to (2, 3): the copies take no memory."


def test_operands_that_do_not_fit_are_lined_up() -> None:
    found = shown("a + b", {"torch": torch, **NAMES})
    assert isinstance(found, RefusedLayout)
    assert [plain(line).rstrip() for line in refused_lines(found, "why", 80)] == [
        "a    2  3   (2, 3)",
        "+ b  3  2   (3, 2)",
        "     ≠  ≠",
        "why",
    ]
    assert [plain(line).rstrip() for line in refused_lines(found, "why", None, drawn=False)] == [
        "a    (2, 3)",
        "+ b  (3, 2)",
        "why",
    ]


@settings(max_examples=60, deadline=None)
@given(
    code=moves() | JOINS | ELEMENTWISE | PRODUCTS,
    pair=PAIRS,
    seed=st.integers(0, 99),
    width=st.sampled_from([40, 80, 120]),
    as_drawing=st.booleans(),
)
@pytest.mark.filterwarnings("ignore")
def test_no_line_is_wider_than_the_terminal(
    code: str, pair: tuple[tuple[int, ...], tuple[int, ...]], seed: int, width: int, as_drawing: Any
) -> None:
    try:
        found = shown(code, tensors(*pair, seed))
    except NotShown:
        return
    if isinstance(found, RefusedLayout):
        lines = refused_lines(found, "why", width, drawn=as_drawing)
    else:
        lines = layout_lines(code, found, width, drawn=as_drawing)
    assert lines
    assert max(map(line_width, lines)) <= width
