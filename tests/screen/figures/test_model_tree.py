"""A model as it stands on the screen."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from ptrepl.engine.models.dry_run import run_dry
from ptrepl.engine.models.tree import read_tree
from ptrepl.screen.figures.model_tree import model_lines
from ptrepl.screen.line import plain
from ptrepl.screen.wrap import line_width


def shown(module: nn.Module, *arguments: Any, width: int | None = 80, drawn: bool = True) -> list[str]:
    layers = run_dry(module, arguments).layers if arguments else {}
    lines = model_lines("net", read_tree(module), layers, width, drawn=drawn)
    assert width is None or all(line_width(line) <= width for line in lines)
    return [plain(line).rstrip() for line in lines]


def test_a_small_network_with_an_input() -> None:
    net = nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Dropout(0.2), nn.Linear(128, 10))
    assert shown(net, torch.randn(32, 1, 28, 28)) == [
        "│                                 values",
        "│ net   Sequential  → (32, 10)   101,770",
        "│ ├─ 0  Flatten     → (32, 784)        0  start_dim=1",
        "│ ├─ 1  Linear      → (32, 128)  100,480  weight (128, 784)  bias (128,)",
        "│ ├─ 2  ReLU        → (32, 128)        0",
        "│ ├─ 3  Dropout     → (32, 128)        0  p=0.2",
        "│ └─ 4  Linear      → (32, 10)     1,290  weight (10, 128)  bias (10,)",
        "│ 101,770 values in 4 parameters, 398 KiB, all trainable.",
        "│ It is in training mode.",
    ]


def test_layers_that_are_alike_stand_in_one_row_and_a_nested_tree_is_drawn() -> None:
    block = nn.Sequential(nn.Linear(4, 4), nn.ReLU())
    net = nn.Sequential(block, nn.Sequential(nn.Linear(4, 4), nn.ReLU()), nn.Linear(4, 1).requires_grad_(False)).eval()
    assert shown(net) == [
        "│                            values",
        "│ net        Sequential          45",
        "│ ├─ 0 to 1  2 × Sequential      40",
        "│ │  ├─ 0    Linear              20  weight (4, 4)  bias (4,)",
        "│ │  └─ 1    ReLU                 0",
        "│ └─ 2       Linear               5  weight (1, 4)  bias (1,)  · frozen",
        "│ 45 values in 6 parameters, 180 bytes: 40 trainable, 5 frozen.",
        "│ It is in evaluation mode.",
    ]


def test_shared_and_lazy_layers_say_so() -> None:
    layer = nn.Linear(2, 2)
    lines = shown(nn.Sequential(layer, nn.ReLU(), layer, nn.LazyLinear(3)))
    assert lines[4] == "│ ├─ 2  Linear           0  · the same module as 0"
    assert "no size yet" in lines[5]
    assert lines[-2] == "│ 2 tensors have no size yet: a lazy layer finds them at its first input."


def test_a_narrow_terminal_and_a_screen_reader() -> None:
    net = nn.Transformer(8, 2, 2, 1, 16, batch_first=True)
    assert shown(net, width=40)
    assert not any("├" in line or "└" in line for line in shown(net, width=None, drawn=False))


def test_a_model_without_parameters() -> None:
    assert shown(nn.ReLU())[2] == "│ It has no parameters."


def test_buffers_are_counted_apart() -> None:
    lines = shown(nn.BatchNorm1d(3))
    assert lines[2:4] == [
        "│ 6 values in 2 parameters, 24 bytes, all trainable.",
        "│ 3 buffers, 32 bytes: they belong to the model, and are not trained.",
    ]


def test_in_words_a_number_says_what_it_counts() -> None:
    lines = shown(nn.Sequential(nn.Linear(2, 1), nn.ReLU()), width=None, drawn=False)
    assert lines[:3] == [
        "│ net  Sequential  3 values",
        "│   0  Linear  3 values  weight (1, 2)  bias (1,)",
        "│   1  ReLU",
    ]


def test_the_lines_of_the_tree_go_on_beside_what_is_wrapped() -> None:
    lines = shown(nn.Sequential(nn.Linear(1000, 1000), nn.Linear(1000, 1)), width=46)
    assert lines[2:5] == [
        "│ ├─ 0  Linear      1,001,000",
        "│ │       weight (1000, 1000)  bias (1000,)",
        "│ └─ 1  Linear          1,001",
    ]


def test_where_columns_have_no_room_each_row_is_as_short_as_it_can_be() -> None:
    net = nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), 3)
    lines = shown(net, torch.zeros(2, 5, 8))
    assert "│       ├─ linear1  Linear  → (2, 5, 16)  144 values  weight (16, 8)  bias (16,)" in lines


def test_a_deep_layer_keeps_its_place_and_is_counted() -> None:
    net: nn.Module = nn.Linear(2, 2)
    for _ in range(80):
        net = nn.Sequential(net)
    lines = shown(net)
    assert lines[81] == "│ …                           └─ 0  Linear           6  weight (2, 2)  bias (2,)"
    assert lines[82].startswith("│ 6 values in 2 parameters")
    for _ in range(40):
        net = nn.Sequential(net)
    assert "│ It has more layers than are read here; theirs are not counted." in shown(net)
    assert not any("no parameters" in line for line in shown(net))
