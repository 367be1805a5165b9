"""A model → a tree of lines, one layer a line: its type, what it gives, its parameters."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ptrepl.engine.models.dry_run import LayerOutput
from ptrepl.engine.models.tree import HeldTensor, ModuleNode
from ptrepl.engine.watch.facts import shape_text
from ptrepl.engine.watch.parts import join_path
from ptrepl.screen.line import Line
from ptrepl.screen.names import shown_name
from ptrepl.screen.paragraphs import told
from ptrepl.screen.units import bytes_text
from ptrepl.screen.wrap import GUTTER, Piece, columns, line_width, wrap
from ptrepl.texts.messages import gettext, ngettext

MOST_MODEL_ROWS = 200
_MOST_OUTPUTS = 3
"""Different outputs of one layer that are listed."""
_LONGEST_NAME, _LEAST_NAME = 32, 8
"""Columns of the lines of the tree with the name, and of the name alone beside them."""
Outputs = Mapping[str, list[LayerOutput]]
"""Path of a layer → what its calls gave."""


@dataclass(frozen=True, slots=True)
class _Row:
    layer: ModuleNode
    branch: str
    """The lines of the tree in front of the name."""
    name: str
    times: int = 1
    """Layers of one kind that the row stands for."""

    @property
    def label(self) -> str:
        return self.branch + self.name

    @property
    def rail(self) -> str:
        """What of those lines goes on below the row."""
        return self.branch.replace("├─", "│ ").replace("└─", "  ")

    @property
    def kind(self) -> str:
        name = shown_name(self.layer.type_name)
        return f"{self.times} × {name}" if self.times > 1 else name


def model_lines(label: str, tree: ModuleNode, outputs: Outputs, width: int | None, *, drawn: bool = True) -> list[Line]:
    """``outputs`` may be empty. ``drawn`` False: indents instead of the lines of a tree, for a screen reader."""
    rows = list(itertools.islice(_rows(tree, label, outputs, drawn=drawn), MOST_MODEL_ROWS + 1))
    names = min(_LONGEST_NAME, max(columns(row.label) for row in rows))
    kinds = max(columns(row.kind) for row in rows)
    made = {row.layer.path: _made_text(outputs.get(row.layer.path, [])) for row in rows}
    widest = max(map(columns, made.values()))
    counts = {row.layer.path: f"{row.layer.totals.values * row.times:,}" for row in rows}
    header = gettext("values")
    longest = max(columns(header), *map(len, counts.values()))
    before = names + 2 + kinds + 2 + (widest + 2 if widest else 0)
    in_columns = drawn and (width is None or len(GUTTER) + before + longest <= width)
    lines: list[Line] = []
    if in_columns:
        lines.append((("gutter", GUTTER), ("dim", " " * (before + longest - columns(header)) + header)))
    for row in rows[:MOST_MODEL_ROWS]:
        path, branch = row.layer.path, _cut_branch(row)
        if in_columns:
            pieces: list[Piece] = [
                (("fact", branch), ("name", _padded(row.name, names - columns(branch)))),
                (("value", _padded(row.kind, kinds)),),
                (("code", _padded(made[path], widest)),),
                (("value", counts[path].rjust(longest)),),
            ]
        else:
            count = row.layer.totals.values * row.times
            values = ngettext("{count:,} value", "{count:,} values", count) if count else ""
            pieces = [(("fact", branch), ("name", row.name)), (("value", row.kind),)]
            pieces += [(("code", made[path]),), (("value", values),)]
        hang = min(names + 4 if in_columns else columns(branch) + 2, (width or 80) // 3)
        first, *more = wrap([*filter(line_width, pieces), *_details(row.layer)], width, hang=hang)
        lines += [first, *(_with_rail(line, row.rail, hang) for line in more)]
    if len(rows) > MOST_MODEL_ROWS:
        part = join_path(label, tree.children[0].name)
        said = gettext("… and more layers; %model {part} shows one of them.", part=part)
        lines += told(said, width, "dim", GUTTER)
    for text in _totals(tree):
        lines += told(text, width, "dim", GUTTER)
    return lines


def _cut_branch(row: _Row) -> str:
    """The lines in front of the name; in front of a deep layer the last of them, behind an ellipsis."""
    room = _LONGEST_NAME - min(columns(row.name), _LEAST_NAME)
    return row.branch if columns(row.branch) <= room else f"…{row.branch[1 - room :]}"


def _with_rail(line: Line, rail: str, hang: int) -> Line:
    gutter, _, *rest = line
    return (gutter, ("fact", rail[:hang]), ("", " " * (hang - len(rail[:hang]))), *rest)


def _padded(text: str, wide: int) -> str:
    return text + " " * max(0, wide - columns(text))


def _rows(tree: ModuleNode, label: str, outputs: Outputs, *, drawn: bool) -> Iterator[_Row]:
    yield _Row(tree, "", label)
    yield from _below(tree, "", outputs, drawn=drawn)


def _below(layer: ModuleNode, indent: str, outputs: Outputs, *, drawn: bool) -> Iterator[_Row]:
    groups = [list(group) for _, group in itertools.groupby(layer.children, key=lambda each: _signature(each, outputs))]
    for place, group in enumerate(groups):
        last = place == len(groups) - 1
        first, times = group[0], len(group)
        name = shown_name(first.name)
        if times > 1:
            name = gettext("{first} to {last}", first=name, last=shown_name(group[-1].name))
        branch = indent + (("└─ " if last else "├─ ") if drawn else "  ")
        yield _Row(first, branch, name, times)
        yield from _below(first, indent + (("   " if last else "│  ") if drawn else "  "), outputs, drawn=drawn)


def _signature(layer: ModuleNode, outputs: Outputs) -> object:
    """Equal for layers that would have the same rows."""
    made = outputs.get(layer.path, [])
    held = tuple((each.name, each.facts, each.same_as) for each in layer.held)
    inner = tuple((child.name, _signature(child, outputs)) for child in layer.children)
    return layer.type_name, layer.settings, layer.training, layer.same_as, held, tuple(made), inner


def _made_text(calls: list[LayerOutput]) -> str:
    if not calls:
        return ""
    counts = Counter(map(_output_text, calls))
    texts = [f"{text} ×{count}" if count > 1 else text for text, count in counts.items()]
    if len(texts) > _MOST_OUTPUTS:
        texts[_MOST_OUTPUTS:] = ["…"]
    return f"→ {'; '.join(texts)}"


def _output_text(made: LayerOutput) -> str:
    shapes = [shape_text(shape) for _, shape, _ in made.shapes[:1]]
    text = shapes[0] if shapes else shown_name(made.type_name)
    return f"{text}, …" if len(made.shapes) > 1 else text


def _details(layer: ModuleNode) -> Iterator[Piece]:
    if layer.same_as is not None:
        yield _note(
            gettext("the same module as {path}", path=layer.same_as)
            if layer.same_as
            else gettext("the whole model once more")
        )
        return
    for held in layer.held:
        if not held.is_buffer:
            yield (("fact", f"{shown_name(held.name)} "), ("value", _shape(held)))
            if held.same_as:
                yield _note(gettext("shared with {path}", path=held.same_as))
    for setting in layer.settings:
        yield (("fact", f"{setting.name}="), ("value", str(setting.value)))
    frozen = [each.name for each in layer.held if not each.is_buffer and not each.trainable]
    if frozen and not layer.totals.trainable:
        yield _note(gettext("frozen"))
    elif frozen:
        yield _note(gettext("{names} frozen", names=", ".join(map(shown_name, frozen))))


def _note(text: str) -> Piece:
    return (("note", f"· {text}"),)


def _shape(held: HeldTensor) -> str:
    return gettext("no size yet") if held.elements is None else held.facts.text("shape")


def _totals(tree: ModuleNode) -> Iterator[str]:
    totals = tree.totals
    fields = {"values": f"{totals.values:,}", "size": bytes_text(totals.size)}
    if not totals.parameters and not totals.uninitialized:
        if tree.is_whole:
            yield gettext("It has no parameters.")
    elif totals.trainable and totals.frozen:
        yield ngettext(
            "{values} values in {count} parameter, {size}: {trainable:,} trainable, {frozen:,} frozen.",
            "{values} values in {count} parameters, {size}: {trainable:,} trainable, {frozen:,} frozen.",
            totals.parameters,
            **fields,
            trainable=totals.trainable,
            frozen=totals.frozen,
        )
    elif totals.trainable:
        yield ngettext(
            "{values} values in {count} parameter, {size}, all trainable.",
            "{values} values in {count} parameters, {size}, all trainable.",
            totals.parameters,
            **fields,
        )
    elif totals.frozen:
        yield ngettext(
            "{values} values in {count} parameter, {size}, all frozen.",
            "{values} values in {count} parameters, {size}, all frozen.",
            totals.parameters,
            **fields,
        )
    if totals.buffers:
        yield ngettext(
            "{count} buffer, {size}: it belongs to the model, and is not trained.",
            "{count} buffers, {size}: they belong to the model, and are not trained.",
            totals.buffers,
            size=bytes_text(totals.buffer_size),
        )
    if not tree.is_whole:
        yield gettext("It has more layers than are read here; theirs are not counted.")
    if totals.uninitialized:
        yield ngettext(
            "{count} tensor has no size yet: a lazy layer finds it at its first input.",
            "{count} tensors have no size yet: a lazy layer finds them at its first input.",
            totals.uninitialized,
        )
    if tree.training is not None:
        yield gettext("It is in training mode.") if tree.training else gettext("It is in evaluation mode.")
