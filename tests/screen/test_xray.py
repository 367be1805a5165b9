"""Changes and cards → lines: modes, the cap, abbreviations, styles."""

from __future__ import annotations

import pytest
import torch

from ptrepl.engine.outcome import Change, ClearedGradient, GroupChange, Outcome, Status, Summary, TensorChange
from ptrepl.engine.watch.cards import read_card
from ptrepl.engine.watch.facts import TensorFacts
from ptrepl.engine.watch.kinds import Kind
from ptrepl.engine.watch.notes import (
    Accumulated,
    Changed,
    ChangedInPlace,
    Cleared,
    DtypeWas,
    GotShapes,
    GroupEvent,
    New,
    NoLongerIn,
    Note,
    SameObject,
    SettingWas,
    TotalValues,
)
from ptrepl.engine.watch.parts import Group
from ptrepl.engine.watch.summaries import Counts, Setting
from ptrepl.engine.watch.targets import GradientOf, Name
from ptrepl.screen.card_rows import card_rows
from ptrepl.screen.line import plain
from ptrepl.screen.theme import STYLES
from ptrepl.screen.wrap import columns
from ptrepl.screen.xray import MOST_LINES, card_lines, change_lines, xray_lines

FACTS = TensorFacts((2,), "float32", "cpu", None, True)
NET = Name("net")
CARD = read_card(torch.arange(12.0).view(3, 4).t())


def texts(*changes: Change, width: int | None = None, mode: str = "line") -> list[str]:
    return [plain(line) for line in xray_lines(Outcome("x", Status.OK, changes), width, mode)]


@pytest.mark.parametrize(
    ("count", "last"),
    [(0, None), (MOST_LINES, f"t{MOST_LINES - 1}"), (MOST_LINES + 1, "… and 1 more"), (39, "… and 27 more")],
)
def test_at_most_twelve_changes_have_a_line(count: int, last: str | None) -> None:
    lines = texts(*(Summary(Name(f"t{i}"), "list", Kind.SEQUENCE, Counts(tensors=1)) for i in range(count)))
    assert len(lines) == min(count, MOST_LINES + 1)
    assert last is None or lines[-1].startswith(f"│ {last}")


def test_the_cap_counts_changes_not_rows_of_a_narrow_terminal() -> None:
    lines = texts(*(TensorChange(Name(f"t{i}"), FACTS) for i in range(13)), width=30)
    assert sum(line.startswith("│ t") for line in lines) == 12
    assert lines[-1] == "│ … and 1 more"


@pytest.mark.parametrize(
    ("members", "shown"),
    [("a", "a"), ("abcd", "a, b, c, d"), ("abcde", "a, b, c, d, …"), ("abcdefgh", "a, b, c, d, …")],
)
def test_at_most_four_members_of_a_group_have_a_name(members: str, shown: str) -> None:
    change = GroupChange(NET, Group.PARAMETERS, 9, ChangedInPlace(), tuple(members), (DtypeWas("int64"),))
    assert texts(change) == [f"│ net  {len(members)} of 9 parameters changed in place: {shown}  · dtype was int64"]


@pytest.mark.parametrize(
    ("kind", "counts", "words"),
    [
        (Kind.MODULE, Counts(modules=1, unregistered=(("layer", "list", 2),)), ["0 parameters"]),
        (Kind.MAPPING, Counts(tensors=1, shapes=(("(2,)", "int64"),)), ["1 tensor", "(2,) int64"]),
        (
            Kind.SEQUENCE,
            Counts(tensors=6, shapes=(("(2,)", "int64"),) * 5),
            ["6 tensors", "(2,) int64, (2,) int64, (2,) int64, (2,) int64, …"],
        ),
        (Kind.MAPPING, Counts(tensors=1), ["1 tensor"]),
        (Kind.MAPPING, Counts(tensors=2), ["2 tensors"]),
        (Kind.SEQUENCE, Counts(tensors=1, truncated=True), ["1+ tensors"]),
        (Kind.MODULE, Counts(modules=1), []),
        (Kind.MODULE, Counts(modules=1, parameters=1, values=1, buffers=1), ["1 parameter", "1 value", "1 buffer"]),
        (
            Kind.MODULE,
            Counts(tensors=1, modules=3, parameters=2, values=121, uninitialized=1, buffers=2),
            ["2 parameters", "121 values", "1 not initialized yet", "2 buffers", "1 tensor"],
        ),
        (Kind.RECORD, Counts(modules=1, parameters=2, values=3), ["2 parameters", "3 values"]),
        (
            Kind.SEQUENCE,
            Counts(tensors=2, modules=1, parameters=2, values=3),
            ["2 tensors", "2 parameters", "3 values"],
        ),
        (Kind.OPTIMIZER, Counts(parameters=2, values=9), ["2 parameters"]),
        (Kind.LOADER, Counts(), []),
    ],
)
def test_what_an_object_holds(kind: Kind, counts: Counts, words: list[str]) -> None:
    summary = Summary(NET, "Thing", kind, counts, (Setting("lr", (0.1, 0.001)), Setting("samples", 10)))
    assert texts(summary) == ["  ".join(["│ net", "Thing", *words, "lr=0.1, 0.001", "samples=10"])]


@pytest.mark.parametrize(
    ("group", "what", "words"),
    [
        (Group.TENSORS, New(), "tensors new"),
        (Group.PARAMETERS, Changed(), "parameters changed"),
        (Group.BUFFERS, ChangedInPlace(), "buffers changed in place"),
        (Group.STATE, New(), "state tensors new"),
        (Group.GRADIENTS, Accumulated(), "gradients accumulated"),
        (Group.GRADIENTS, Cleared(), "gradients cleared"),
    ],
)
def test_what_happened_to_a_group(group: Group, what: GroupEvent, words: str) -> None:
    assert texts(GroupChange(NET, group, 2, what, ("a",))) == [f"│ net  1 of 2 {words}: a"]


def test_modes() -> None:
    change = TensorChange(Name("x"), FACTS, (New(),), CARD)
    assert texts(change, mode="off") == []
    (only,) = texts(change)
    assert only == "│ x  shape=(2,)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True  · new"
    first, second = texts(change, mode="full")
    assert first == only
    names = ["strides", "offset", "storage", "version", "bytes", "first values"]
    assert second.startswith("│   strides=(1, 4)  offset=0  storage=48 bytes at ")
    assert [second.index(f"  {name}=") for name in names] == sorted(second.index(f"  {name}=") for name in names)


def test_full_without_a_card_is_the_line() -> None:
    assert texts(TensorChange(Name("x"), FACTS), mode="full") == texts(TensorChange(Name("x"), FACTS))


@pytest.mark.parametrize("width", [None, 120, 80, 40, 24])
def test_a_card_has_a_row_for_each_fact(width: int | None) -> None:
    lines = [plain(line) for line in card_lines("x", CARD, width)]
    assert lines[0].startswith("│ x  shape=(4, 3)")
    told = " ".join(line.removeprefix("│").strip() for line in lines)
    for row, text in card_rows(CARD):
        assert " ".join(f"{row.label} {text}".split()) in " ".join(told.split())
    assert width is None or all(columns(line) <= width for line in lines)


@pytest.mark.filterwarnings("ignore:The PyTorch API of nested tensors is in prototype stage")
def test_a_nested_tensor_has_no_shape_of_its_own() -> None:
    rows = [text for _, text in card_rows(read_card(torch.nested.nested_tensor([torch.ones(2), torch.ones(3)])))]
    assert rows.count("n/a: each part of a nested tensor has its own") == 2
    assert not any("NestedTensorImpl" in text for text in rows)


def test_a_long_row_of_a_card_hangs_below_its_value() -> None:
    lines = [plain(line) for line in card_lines("x", CARD, 80)]
    row = next(line for line in lines if "contents" in line)
    start = row.index("compared")
    assert lines[-1][:start].strip("│ ") == ""
    assert lines[-1][start:] == "under 5 ms)"


def test_every_style_has_a_look() -> None:
    changes: tuple[Change, ...] = (
        TensorChange(Name("x"), FACTS, (New(),), CARD),
        Summary(Name("d"), "dict", Kind.MAPPING, Counts(tensors=2), (), (SameObject(Name("e")),)),
        GroupChange(Name("n"), Group.BUFFERS, 2, New(), ("a",)),
    )
    lines = [*change_lines(changes * 5, 30, "full"), *card_lines("x", CARD, 30)]
    assert {style for line in lines for style, _ in line} <= STYLES.keys()


def test_one_byte_is_one_byte() -> None:
    told = " ".join(plain(line) for line in card_lines("b", read_card(torch.zeros(1, dtype=torch.uint8))))
    assert " 1 byte at 0x" in told


def test_a_cleared_gradient_is_none() -> None:
    assert texts(ClearedGradient(GradientOf("w"), (Cleared(),))) == ["│ w.grad  None  · cleared"]


def test_shapes_stand_beside_the_parts_that_got_them() -> None:
    change = GroupChange(NET, Group.PARAMETERS, 2, GotShapes(), ("0.weight",), (TotalValues(6),), ("(2, 3)",))
    assert texts(change) == ["│ net  1 of 2 parameters got their shapes: 0.weight (2, 3)  · 6 values in all"]
    left = GroupChange(Name("opt"), Group.PARAMETERS, 2, NoLongerIn(NET), ("0", "1"))
    assert texts(left) == ["│ opt  2 of 2 parameters are no longer in net: 0, 1"]


@pytest.mark.parametrize(
    ("training", "notes", "words"),
    [
        (True, (), ""),
        (False, (), "  training=False"),
        (True, (SettingWas(Setting("training", False)),), "  training=True  · training was False"),
    ],
)
def test_a_module_in_training_mode_says_so_when_it_is_new(training: bool, notes: tuple[Note, ...], words: str) -> None:
    summary = Summary(NET, "Net", Kind.MODULE, Counts(modules=1), (Setting("training", training),), notes)
    assert texts(summary) == [f"│ net  Net{words}"]
