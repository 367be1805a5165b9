"""Plots as SVG: well-formed, whatever the numbers and names."""

from __future__ import annotations

import math
import re
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from ptrepl.screen.figures.plots.curves import NamedCurves
from ptrepl.screen.figures.plots.plot import Plot
from ptrepl.screen.figures.plots.svg import curves_svg, plot_svg

_SVG = "{http://www.w3.org/2000/svg}"
NUMBERS = st.lists(st.floats(), min_size=1, max_size=20).map(tuple)


def read(svg: str) -> ElementTree.Element:
    assert "<script" not in svg
    return ElementTree.fromstring(svg)


def texts(svg: str) -> list[str]:
    return [each.text or "" for each in read(svg).iter(f"{_SVG}text")]


def test_a_line_goes_through_its_points() -> None:
    svg = plot_svg(Plot("line", (1.0, 3.0, 2.0), y_name="losses"))
    (path,) = read(svg).iter(f"{_SVG}polyline")
    heights = [float(place.split(",")[1]) for place in path.attrib["points"].split()]
    assert heights[1] < heights[2] < heights[0]
    assert "losses" in texts(svg)


def test_points_and_the_line_through_them() -> None:
    svg = plot_svg(Plot("scatter", (1.0, 2.0), (0.0, 4.0), line=(1.0, 2.0), x_name="x", y_name="y", line_name="w * x"))
    assert len([*read(svg).iter(f"{_SVG}circle")]) == 2
    assert len([*read(svg).iter(f"{_SVG}polyline")]) == 1


def test_a_histogram_has_a_box_for_each_bin_and_a_grid_one_for_each_number() -> None:
    frame = 1
    assert len([*read(plot_svg(Plot("hist", (0.0, 0.0, 1.0)))).iter(f"{_SVG}rect")]) == 2 + frame
    assert len([*read(plot_svg(Plot("heat", rows=((0.0, math.nan), (1.0, 2.0))))).iter(f"{_SVG}rect")]) == 4 + 2 * frame


def test_named_curves_have_their_names() -> None:
    curves = tuple(Plot("line", (1.0, 2.0), y_name=name) for name in ("<a>", "b & c"))
    svg = curves_svg(NamedCurves(curves, are_paths=False, title="both"))
    assert {"<a>", "b & c", "both"} <= {*texts(svg)}


def test_nothing_finite_is_no_picture() -> None:
    assert plot_svg(Plot("line", (math.nan, math.inf))) == ""
    assert plot_svg(Plot("heat", rows=((math.nan,),))) == ""
    assert curves_svg(NamedCurves((Plot("line", (math.nan,)),), are_paths=False)) == ""


@given(NUMBERS, st.text(max_size=80), st.sampled_from(["line", "scatter", "hist", "heat"]))
def test_any_numbers_and_names_make_a_picture_that_can_be_read(values: tuple[float, ...], name: str, kind: str) -> None:
    plot = Plot(kind, () if kind == "heat" else values, rows=(values,), y_name=name, title=name)  # type: ignore[arg-type]
    svg = plot_svg(plot)
    assert bool(svg) == any(map(math.isfinite, values))
    if svg:
        read(svg)


def test_names_of_curves_stand_above_them() -> None:
    curves = (Plot("line", (1.0, 2.0), y_name="train"), Plot("line", (2.0, 1.0), y_name="valid"))
    root = read(curves_svg(NamedCurves(curves, are_paths=False)))
    names = {each.text: each.attrib for each in root.iter(f"{_SVG}text") if "drawn" in each.attrib["class"]}
    places = [place for path in root.iter(f"{_SVG}polyline") for place in path.attrib["points"].split()]
    heights = [float(place.split(",")[1]) for place in places]
    assert all(float(each["y"]) < min(heights) for each in names.values())
    assert float(names["train"]["x"]) < float(names["valid"]["x"]) - 36


def test_in_a_page_its_style_is_for_no_other_picture() -> None:
    style = next(iter(read(plot_svg(Plot("line", (1.0, 2.0)))).iter(f"{_SVG}style"))).text or ""
    rules = re.findall(r"([^{}]+)\{[^{}]*\}", style)
    assert rules
    assert all(rule.startswith(".ptrepl-plot") for rule in rules)
