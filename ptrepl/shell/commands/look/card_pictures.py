"""What ``%x`` draws below the card of a tensor: where it lies, and what it looks like."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ptrepl.engine.plotting.images import read_image
from ptrepl.engine.plotting.numbers import PlottedNumbers, read_numbers
from ptrepl.engine.watch.cards import read_card
from ptrepl.engine.watch.compare.sharing import Neighbours
from ptrepl.engine.watch.facts import torch_functions_off
from ptrepl.engine.watch.memory import storage_extent
from ptrepl.engine.watch.snapshot import Snapshot, take
from ptrepl.screen.figures.plots.drawing import plot_lines
from ptrepl.screen.figures.plots.plot import Plot
from ptrepl.screen.figures.plots.words import plot_words
from ptrepl.screen.figures.storage_steps import storage_lines
from ptrepl.screen.figures.tensor_image import image_lines
from ptrepl.screen.line import Line
from ptrepl.screen.paragraphs import told
from ptrepl.screen.wrap import GUTTER
from ptrepl.screen.xray_words import target_text
from ptrepl.texts.messages import gettext

_MOST_SHARING = 8
_INDENT = GUTTER + "  "


def lying_lines(
    label: str,
    tensor: Any,
    namespace: Mapping[str, Any],
    learner_module: str,
    width: int | None = None,
    *,
    drawn: bool = True,
) -> list[Line]:
    """Where the tensor lies: its steps through the storage, and what else lies in that."""
    lines = storage_lines(label, read_card(tensor), width, drawn=drawn)
    with torch_functions_off():
        memory = storage_extent(tensor)
    if memory is None:
        return lines
    names = {name: value for name, value in list(namespace.items()) if type(name) is str and name[:2] != "__"}
    now = take(names, Snapshot(), learner_module)
    others = [target_text(each) for each in Neighbours(now, names).within(memory, id(tensor))]
    if not others:
        return lines
    shown, more = ", ".join(others[:_MOST_SHARING]), len(others) - _MOST_SHARING
    if more > 0:
        said = gettext("In the same storage: {names} and {count} more.", names=shown, count=more)
    else:
        said = gettext("In the same storage: {names}.", names=shown)
    return lines + told(said, width, "", _INDENT)


def seen_lines(
    label: str, tensor: Any, width: int | None = None, *, drawn: bool = True, true_colour: bool | None = None
) -> list[Line]:
    """The picture that a tensor holds, or the heat map of one with two dims. ``true_colour`` None: in one colour."""
    image = read_image(tensor) if drawn else None
    if image is not None:
        return image_lines(image, width, in_colour=true_colour is not None, true_colour=bool(true_colour))
    numbers = read_numbers(tensor)
    if not isinstance(numbers, PlottedNumbers) or not numbers.is_grid:
        return []
    plot = Plot("heat", rows=numbers.rows, steps=numbers.steps, y_name=label)
    room = None if width is None else width - len(_INDENT)
    if drawn:
        lines = plot_lines(plot, room, titled=False)  # the card bears the name
    else:
        varies = len({value for row in numbers.rows for value in row}) > 1
        lines = plot_words(plot, room) if varies else []
    return [(("gutter", _INDENT), *line) for line in lines]
