"""A line that is wider than the terminal is broken between facts, and nothing of it is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptrepl.engine.outcome import GroupChange, Summary, TensorChange
from ptrepl.engine.watch.facts import TensorFacts
from ptrepl.engine.watch.kinds import Kind
from ptrepl.engine.watch.notes import (
    Accumulated,
    Changed,
    ChangedInPlace,
    DtypeWas,
    GradFnWas,
    HasInf,
    HasNan,
    IsLeafWas,
    New,
    NotContiguous,
    RequiresGrad,
    SameObject,
    ShapeWas,
    SharesMemory,
    StridesWas,
)
from ptrepl.engine.watch.parts import Group
from ptrepl.engine.watch.summaries import Counts, Setting
from ptrepl.engine.watch.targets import Expression, GradientOf, Name, PartOf
from ptrepl.screen.line import Line, plain
from ptrepl.screen.wrap import GUTTER, columns, fill, wrap
from ptrepl.screen.xray import change_lines

FACTS = TensorFacts((128, 3, 224, 224), "bfloat16", "cuda:0", "NativeBatchNormBackward0", False, True)
CHANGE = TensorChange(GradientOf("x"), FACTS, (Accumulated(), SharesMemory(Name("y")), DtypeWas("int64")))


def at(width: int | None, *changes: TensorChange | Summary | GroupChange) -> list[str]:
    return [plain(line) for line in change_lines(changes, width)]


WHOLE = (
    "│ x.grad  shape=(128, 3, 224, 224)  dtype=bfloat16  device=cuda:0  grad_fn=NativeBatchNormBackward0  is_leaf=False"
    "  · accumulated · shares memory with y · dtype was int64"
)


@pytest.mark.parametrize(
    ("width", "lines"),
    [
        (None, [WHOLE]),
        (len(WHOLE), [WHOLE]),
        (
            len(WHOLE) - 1,
            [WHOLE.removesuffix(" · dtype was int64"), "│   · dtype was int64"],
        ),
        (
            120,
            [
                "│ x.grad  shape=(128, 3, 224, 224)  dtype=bfloat16  device=cuda:0  grad_fn=NativeBatchNormBackward0"
                "  is_leaf=False",
                "│   · accumulated · shares memory with y · dtype was int64",
            ],
        ),
        (
            80,
            [
                "│ x.grad  shape=(128, 3, 224, 224)  dtype=bfloat16  device=cuda:0",
                "│   grad_fn=NativeBatchNormBackward0  is_leaf=False  · accumulated",
                "│   · shares memory with y · dtype was int64",
            ],
        ),
        (
            40,
            [
                "│ x.grad  shape=(128, 3, 224, 224)",
                "│   dtype=bfloat16  device=cuda:0",
                "│   grad_fn=NativeBatchNormBackward0",
                "│   is_leaf=False  · accumulated",
                "│   · shares memory with y",
                "│   · dtype was int64",
            ],
        ),
        (
            24,
            [
                "│ x.grad  shape=(128, 3,",
                "│   224, 224)",
                "│   dtype=bfloat16",
                "│   device=cuda:0",
                "│   grad_fn=",
                "│   NativeBatchNormBackw",
                "│   ard0  is_leaf=False",
                "│   · accumulated",
                "│   · shares memory with",
                "│   y · dtype was int64",
            ],
        ),
    ],
)
def test_a_line_is_broken_between_facts(width: int | None, lines: list[str]) -> None:
    assert at(width, CHANGE) == lines


def test_chinese_names_take_two_columns() -> None:
    change = TensorChange(Name("图像"), FACTS, (SameObject(Name("张量")),))
    lines = at(40, change)
    assert lines[0] == "│ 图像  shape=(128, 3, 224, 224)"
    assert lines[-1] == "│   is_leaf=False  · same object as 张量"
    assert columns(lines[-1]) == 40


words = st.text(st.sampled_from("abcXYZ019_.[]'=(),图张é🔥"), min_size=1, max_size=50)
labels = st.lists(words, min_size=1, max_size=4).map(" ".join)
facts = st.builds(
    TensorFacts,
    st.lists(st.integers(0, 10**12), max_size=8).map(tuple),
    words,
    words,
    st.none() | words,
    st.booleans(),
)
targets = st.one_of(
    st.builds(Name, labels),
    st.builds(GradientOf, labels),
    st.builds(PartOf, labels, words),
    st.builds(Expression, labels),
)
notes = st.one_of(
    st.sampled_from([New(), ChangedInPlace(), Accumulated(), RequiresGrad(), NotContiguous(), HasNan(), HasInf()]),
    st.builds(SameObject, targets),
    st.builds(SharesMemory, targets),
    st.builds(DtypeWas, labels),
    st.builds(GradFnWas, st.none() | labels),
    st.builds(IsLeafWas, st.booleans()),
    st.builds(ShapeWas, st.lists(st.integers(0, 10**12), max_size=8).map(tuple)),
    st.builds(StridesWas, st.lists(st.integers(0, 10**12), max_size=8).map(tuple)),
)
counts = st.builds(
    Counts, st.integers(0, 2), st.booleans(), st.integers(0, 2), st.integers(0, 2), st.integers(0, 10**12)
)
settings = st.builds(Setting, st.just("dataset"), words) | st.builds(
    Setting, st.just("lr"), st.lists(st.floats(), max_size=3).map(tuple)
)
changes = st.one_of(
    st.builds(TensorChange, targets, facts, st.lists(notes, max_size=4).map(tuple)),
    st.builds(
        Summary,
        targets,
        words,
        st.sampled_from(Kind),
        counts,
        st.lists(settings, max_size=2).map(tuple),
        st.lists(notes, max_size=2).map(tuple),
    ),
    st.builds(
        GroupChange,
        targets,
        st.sampled_from([Group.TENSORS, Group.PARAMETERS, Group.BUFFERS, Group.STATE]),
        st.integers(1, 9),
        st.sampled_from([New(), ChangedInPlace(), Changed()]),
        st.lists(words, max_size=6).map(tuple),
        st.lists(notes, max_size=2).map(tuple),
    ),
)


@given(st.lists(changes, min_size=1, max_size=3), st.integers(8, 200))
def test_no_line_is_wider_than_the_terminal_and_nothing_is_lost(told: list[TensorChange], width: int) -> None:
    lines = at(width, *told)
    assert all(columns(line) <= width for line in lines)
    assert all(line.startswith(GUTTER) for line in lines)
    squeezed = "".join("".join(line.removeprefix(GUTTER).split()) for line in lines)
    assert squeezed == "".join("".join(line.removeprefix(GUTTER).split()) for line in at(None, *told))


@given(st.lists(changes, min_size=1, max_size=3), st.integers(8, 200))
def test_spaces_within_a_line_are_those_of_the_whole(told: list[TensorChange], width: int) -> None:
    whole = "\n".join(at(None, *told))
    for line in at(width, *told):
        assert " ".join(line.removeprefix(GUTTER).split()) in " ".join(whole.split())


@pytest.mark.parametrize("width", [1, 2, 5, 7])
def test_a_terminal_of_a_few_columns_shows_something(width: int) -> None:
    lines = at(width, CHANGE)
    assert all(line.startswith(GUTTER) for line in lines)
    assert len(lines) > 10


def test_styles_survive_the_break() -> None:
    pieces: list[Line] = [(("name", "x"),), (("fact", "shape="), ("value", "(1, 2, 3)")), (("note", "· new"),)]
    fragments = [fragment for line in wrap(pieces, 16) for fragment in line if fragment[1].strip(" │")]
    assert fragments == [
        ("name", "x"),
        ("fact", "shape="),
        ("value", "(1,"),
        ("value", "2,"),
        ("value", "3)"),
        ("note", "· new"),
    ]


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("abc", 3),
        ("", 0),
        ("é", 1),
        ("图像", 4),
        ("🔥", 2),
        ("│ ", 2),
        ("e\u0301", 1),
        ("👩‍🔬", 2),
        ("🇨🇳", 2),
        ("\u200b", 0),
        ("שלום", 4),
        ("한국어", 6),
        ("量\x1b", 3),
    ],
)
def test_columns(text: str, size: int) -> None:
    assert columns(text) == size


# sentences

CHINESE = "张量（tensor）是一块数字，都是同一种。形状说明“每个方向”有多少个数字；dim从0数起……"


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 20, []),
        ("One word after another.", 80, ["One word after another."]),
        ("One word after another.", 15, ["One word after", "another."]),
        ("a\nb  c", 80, ["a b  c"]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("see abcdefghij", 6, ["see", "abcdef", "ghij"]),
        ("100\u00a0MB of it", 8, ["100\u00a0MB", "of it"]),
        ("一二三四五", 6, ["一二三", "四五"]),
        ("一二三。四五", 6, ["一二", "三。四", "五"]),
        ("一（二三）四", 6, ["一（二", "三）四"]),
        ("一（二三）四", 4, ["一", "（二", "三）", "四"]),
        ("一二 三四", 6, ["一二", "三四"]),
        ("用torch算", 6, ["用", "torch", "算"]),
        ("用torch算", 7, ["用torch", "算"]),
        ("见`x`。", 6, ["见", "`x`。"]),
        ("キャット", 6, ["キャッ", "ト"]),
        ("キャット", 5, ["キャ", "ット"]),
        ("한국어", 4, ["한국", "어"]),
        ("🔥👩‍🔬🇨🇳", 4, ["🔥👩‍🔬", "🇨🇳"]),
        ("e\u0301e\u0301e\u0301", 2, ["e\u0301e\u0301", "e\u0301"]),
    ],
)
def test_where_a_sentence_is_broken(text: str, width: int, lines: list[str]) -> None:
    assert fill(text, width) == lines


@pytest.mark.parametrize("width", range(12, 90))
def test_a_chinese_line_neither_begins_nor_ends_with_the_wrong_mark(width: int) -> None:
    lines = fill(CHINESE, width)
    assert all(columns(line) <= width for line in lines)
    assert all(columns(line) > width - 10 for line in lines[:-1])
    assert not any(line[0] in "，。；、）”…" or line[-1] in "（“" for line in lines)
    assert "".join(lines) == CHINESE


def test_the_first_line_and_the_others_have_their_own_indent() -> None:
    assert fill("one two three", 9, "- ", "    ") == ["- one two", "    three"]
    assert fill("one two three", 9, "  ") == ["  one two", "  three"]
    assert fill("one two", 6, " " * 20) == ["   one", "   two"]


# a spacing mark (Mc) that stands alone takes as many columns as what is before it lets it
characters = st.characters(exclude_categories=["Cs", "Mc"])
sentences = st.lists(
    st.text(
        st.sampled_from("abcXYZ019_.,()[]'\"`·。，（）「」“”…图张量ァーé\u0301\u200d🔥👩🔬🇨🇳ชั้ن한"),
        min_size=1,
        max_size=30,
    )
    | st.text(characters, min_size=1, max_size=8),
    max_size=8,
).map(" ".join)


@given(sentences, st.integers(4, 100), st.integers(0, 12), st.integers(0, 12))
def test_no_sentence_is_wider_than_it_may_be_and_nothing_of_it_is_lost(
    text: str, width: int, indent: int, hang: int
) -> None:
    lines = fill(text, width, " " * indent, " " * hang)
    assert all(columns(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())
