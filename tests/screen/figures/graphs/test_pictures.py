"""The pictures of a graph: every text stays in its box, no box lies over another, and it is well-formed XML."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pytest
import torch
from torch import nn

from ptrepl.engine.graphs.graph import AutogradGraph, read_graph
from ptrepl.engine.graphs.names import names_in
from ptrepl.screen.figures.graphs.dot import graph_dot
from ptrepl.screen.figures.graphs.svg import graph_svg
from tests.screen.figures.graphs.nets import loss_of_two_layers, residual_net

SVG = "{http://www.w3.org/2000/svg}"
LETTERS = {"first": 8.6, "more": 7.0}  # as wide as the widest usual monospace font at these sizes


def graphs() -> dict[str, tuple[AutogradGraph, int]]:
    """Graphs, and how many boxes each should have."""
    w = torch.tensor([1.0], requires_grad=True)
    y = (2 + w) * (w + 1)
    odd = torch.ones(2, requires_grad=True)
    names: list[dict[str, Any]] = [
        {"w": w, "y": y},
        loss_of_two_layers(),
        residual_net(6),
        {'<a&"b>': odd, "y": odd * 2},
    ]
    found = {}
    for label, each in zip(("small", "layers", "residual", "odd names"), names, strict=True):
        graph = read_graph(each.get("y", each.get("loss")), names_in(each, "learner"), with_kept=True)
        assert graph is not None
        found[label] = (graph, len(graph.nodes))
    return found


@pytest.mark.parametrize("which", ["small", "layers", "residual", "odd names"])
def test_texts_stay_in_boxes_and_boxes_apart(which: str) -> None:
    graph, count = graphs()[which]
    root = ElementTree.fromstring(graph_svg("y", graph))
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    boxes = []
    for group in root.iter(f"{SVG}g"):
        rect = group.find(f"{SVG}rect")
        assert rect is not None
        x, y, w, h = (float(rect.attrib[name]) for name in ("x", "y", "width", "height"))
        assert x >= 0
        assert y >= 0
        assert x + w <= width + 1
        assert y + h <= height + 1
        boxes.append((x, y, w, h))
        title = group.find(f"{SVG}title")
        assert title is not None
        assert title.text
        for text in group.iter(f"{SVG}text"):
            half = len(text.text or "") * LETTERS[text.attrib["class"]] / 2
            centre, base = float(text.attrib["x"]), float(text.attrib["y"])
            assert x <= centre - half
            assert centre + half <= x + w
            assert y < base < y + h
    assert len(boxes) >= count
    for place, (x, y, w, h) in enumerate(boxes):
        for x2, y2, w2, h2 in boxes[:place]:
            assert x + w <= x2 or x2 + w2 <= x or y + h <= y2 or y2 + h2 <= y


def test_the_picture_is_for_light_and_dark_and_loads_nothing() -> None:
    text = graph_svg("y", graphs()["small"][0])
    assert "prefers-color-scheme: dark" in text
    assert "<script" not in text
    assert re.findall(r"https?://\S+", text) == ['http://www.w3.org/2000/svg"']


def test_a_leaf_used_far_apart_has_a_box_in_each_place() -> None:
    w, h = torch.ones(2, requires_grad=True), torch.ones(2)
    for _ in range(6):
        h = torch.tanh(h * w)
    graph = read_graph(h, names_in({"w": w, "h": h}, "learner"))
    assert graph is not None
    root = ElementTree.fromstring(graph_svg("h", graph))
    kinds = [group.attrib["class"] for group in root.iter(f"{SVG}g")]
    assert kinds.count("leaf") == 1
    assert kinds.count("leaf again") > 1


def test_freed_nodes_are_told_by_word_and_by_line() -> None:
    net = nn.Linear(2, 1)
    loss = net(torch.ones(1, 2)).exp().sum()
    loss.backward()
    graph = read_graph(loss, names_in({"net": net}, "learner"))
    assert graph is not None
    text = graph_svg("loss", graph)
    assert '<g class="freed">' in text
    assert ">freed</text>" in text


def test_dot_has_a_line_for_each_box_and_edge() -> None:
    graph, count = graphs()["odd names"]
    text = graph_dot('a "b"', graph)
    assert text.startswith('digraph "a \\"b\\"" {')
    assert len(re.findall(r"^  n\d+ \[", text, re.MULTILINE)) == count
    assert re.findall(r"n\d+ -> n\d+ \[label=\"(.*)\"\]", text) == ["(2,)"]
    assert '<a&\\"b>' in text


def test_a_box_has_what_was_written_if_that_is_short() -> None:
    w = torch.ones(1, requires_grad=True)
    for made, written in ((w * 2, "y = w * 2"), (w * 2, f"y = {'w' * 30} * 2")):
        graph = read_graph(made)
        assert graph is not None
        named = replace(graph, nodes=(replace(graph.nodes[0], written=written.removeprefix("y = ")), *graph.nodes[1:]))
        text = graph_svg("y", named)
        assert ('">w * 2</text>' in text) is (written == "y = w * 2")
        assert written.removeprefix("y = ") in text, "the title has it"


def test_in_a_page_its_style_is_for_no_other_picture() -> None:
    style = next(iter(ElementTree.fromstring(graph_svg("y", graphs()["small"][0])).iter(f"{SVG}style"))).text or ""
    rules = re.findall(r"([^{}]+)\{[^{}]*\}", style)
    assert rules
    assert all(part.strip().startswith(".ptrepl-graph") for rule in rules for part in rule.split(","))
