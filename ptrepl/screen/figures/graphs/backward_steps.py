"""The backward pass → lines, step by step: the gradient in, the local derivative, the gradient out, sums at forks."""

from __future__ import annotations

from collections.abc import Iterator

from ptrepl.engine.graphs.graph import GraphNode
from ptrepl.engine.graphs.numbers import TensorNumbers
from ptrepl.engine.graphs.steps import BackwardPass, BackwardStep, SentGradient
from ptrepl.screen.figures.graphs.words import gradient_text, named, values_text
from ptrepl.screen.line import Line, plain
from ptrepl.screen.names import shown_name
from ptrepl.screen.paragraphs import told, told_unbroken
from ptrepl.screen.wrap import columns, line_width
from ptrepl.texts.messages import N_, gettext, ngettext

_INDENT = "  "
_RULES = {
    "MmBackward0": (N_("gradient @ right.T"), N_("left.T @ gradient")),
    "MvBackward0": (N_("outer product of gradient and vector"), N_("matrix.T @ gradient")),
    "BmmBackward0": (N_("gradient @ right.mT"), N_("left.mT @ gradient")),
    "AddmmBackward0": (N_("gradient"), N_("gradient @ weight"), N_("input.T @ gradient")),
    "TBackward0": (N_("gradient.T"),),
    "TransposeBackward0": (N_("gradient, transposed back"),),
    "PermuteBackward0": (N_("gradient, permuted back"),),
    **dict.fromkeys(
        ("ViewBackward0", "UnsafeViewBackward0", "ReshapeAliasBackward0", "UnsqueezeBackward0", "SqueezeBackward1"),
        (N_("gradient, in the shape of before"),),
    ),
    "SumBackward1": (N_("gradient, once for each element that was summed"),),
    "MeanBackward1": (N_("gradient / count, once for each element"),),
    "ExpandBackward0": (N_("gradient, summed over the copies"),),
    **dict.fromkeys(
        ("SelectBackward0", "SliceBackward0", "IndexBackward0"), (N_("gradient where it was taken, 0 elsewhere"),)
    ),
}
"""Class of node → for each operand, how its gradient comes from the gradient of the result."""


def step_lines(label: str, found: BackwardPass, number: int, width: int | None = None) -> list[Line]:
    """Step ``number`` from 0; ``label``: what the learner calls the number that the pass starts from."""
    step = found.steps[number]
    node = found.graph.nodes[step.place]
    heading = gettext("step {number} of {count}", number=number + 1, count=len(found.steps))
    name = label if step.place == 0 else _names(node)
    head: list[tuple[str, str]] = [("key", heading)]
    if name:
        head += [("", "  "), ("name", name)]
    if node.leaf is None:
        head += [("", "  "), ("code", shown_name(node.operation)), ("", "  "), ("fact", shown_name(node.class_name))]
    else:
        head += [("", "  "), ("code", gettext("leaf"))]
    if node.written:
        head += [("", "  "), ("string", node.written)]
    lines: list[Line] = [tuple(head)]
    if width is not None and line_width(lines[0]) > width:
        lines = told(plain(lines[0]), width, "key")
    for text, style in _sentences(label, name, found, step):
        lines += told_unbroken(text, width, style, _INDENT)
    return lines


def _names(node: GraphNode) -> str:
    """``a = b`` for two names of one result, ``a, b`` for those of two."""
    if node.leaf is not None:
        return " = ".join(map(shown_name, node.names))
    return ", ".join(" = ".join(map(shown_name, each)) for each in node.results if each)


def _sentences(label: str, name: str, found: BackwardPass, step: BackwardStep) -> Iterator[tuple[str, str]]:
    yield _came_in(label, step), ""
    if len(step.parts) > 1 and sum(each is not None for each in step.gradient) == 1:
        yield _meeting(len(step.parts)), "note"
    labels = [_to(found, sent) for sent in step.sent]
    widest = max(map(columns, labels), default=0)
    for to, sent in zip(labels, step.sent, strict=True):
        yield _sent_text(found.graph.nodes[step.place], step, sent, to + " " * (widest - columns(to))), ""
    if found.graph.nodes[step.place].leaf is not None:
        yield from _leaf_sentences(label, name, step)


def _came_in(label: str, step: BackwardStep) -> str:
    sums = [each for each in step.gradient if each is not None]
    if not sums:
        return gettext("gradient in: none")
    if step.parts and step.parts[0][0] == -1:
        return gettext("gradient in: {value}, where the pass starts: d{name}/d{name}", value=_text(sums[0]), name=label)
    if len(sums) > 1:
        return gettext("gradient in, one for each result: {values}", values=", ".join(map(_text, sums)))
    if len(step.parts) > 1:
        added = " + ".join(_text(part) for _, part, _ in step.parts)
        return gettext("gradient in: {added} = {value}", added=added, value=_text(sums[0]))
    return gettext("gradient in: {value}", value=_text(sums[0]))


def _meeting(paths: int) -> str:
    return ngettext(
        "{count} path comes together here.",
        "{count} paths come together here, and their gradients add up.",
        paths,
    )


def _text(numbers: TensorNumbers) -> str:
    return gradient_text(numbers)


def _to(found: BackwardPass, sent: SentGradient) -> str:
    node = found.graph.nodes[sent.place]
    names = named(node, sent.output)
    if names:
        return gettext("to {name}:", name=shown_name(names[0]))
    if node.leaf is not None:
        return gettext("to a leaf without a name:")
    if node.written:
        return gettext("to {name}:", name=node.written)
    number = next(place for place, step in enumerate(found.steps, 1) if step.place == sent.place)
    return gettext("to {operation} (step {number}):", operation=shown_name(node.operation), number=number)


def _sent_text(node: GraphNode, step: BackwardStep, sent: SentGradient, to: str) -> str:
    if sent.gradient is None:
        return gettext("{to} no gradient", to=to)
    out = _text(sent.gradient)
    came = next((each for each in step.gradient if each is not None), None)
    if sent.derivative is not None and came is not None:
        derivative, gradient = values_text(sent.derivative), values_text(came)
        if derivative and gradient and values_text(sent.gradient):
            if sent.summed:
                return gettext(
                    "{to} local derivative {derivative}; {gradient} · {derivative}, summed over the copies = {out}",
                    to=to,
                    derivative=derivative,
                    gradient=gradient,
                    out=out,
                )
            return gettext(
                "{to} local derivative {derivative}; {gradient} · {derivative} = {out}",
                to=to,
                derivative=derivative,
                gradient=gradient,
                out=out,
            )
        return gettext(
            "{to} local derivative {derivative}; gradient out {out}", to=to, derivative=_text(sent.derivative), out=out
        )
    rules = _RULES.get(node.class_name, ())
    if sent.operand < len(rules):
        return gettext("{to} {rule} = {out}", to=to, rule=gettext(rules[sent.operand]), out=out)
    return gettext("{to} gradient out {out}", to=to, out=out)


def _leaf_sentences(label: str, name: str, step: BackwardStep) -> Iterator[tuple[str, str]]:
    total = step.gradient[0] if step.gradient else None
    if total is None or not name:
        return
    products = [
        f"{values_text(factors[0])}·{values_text(factors[1])}"
        for _, _, factors in step.parts
        if factors is not None and len(factors[0].values or ()) == 1 and len(factors[1].values or ()) == 1
    ]
    if products and len(products) == len(step.parts):
        said = gettext(
            "d{result}/d{name} = {products} = {value}",
            result=label,
            name=name,
            products=" + ".join(products),
            value=_text(total),
        )
        yield said, "good"
    if step.before is not None and step.after is not None:
        said = gettext(
            "{name}.grad is {before} already; {label}.backward() would add this to it: {after}",
            name=name,
            label=label,
            before=_text(step.before),
            after=_text(step.after),
        )
        yield said, ""
    elif step.after is not None:
        yield gettext("{label}.backward() makes it {name}.grad", name=name, label=label), ""


def ending_lines(label: str, found: BackwardPass, width: int | None = None) -> list[Line]:
    """What is said behind the last step."""
    lines: list[Line] = []
    for name in found.hooked:
        said = gettext(
            "{name} has a hook, which was not run; {label}.backward() runs it, and may give other numbers.",
            name=shown_name(name),
            label=label,
        )
        lines += told(said, width, "warn")
    if not found.hooked:
        said = gettext(
            "These are the numbers of {label}.backward(). No .grad has changed, and the graph can still be used.",
            label=label,
        )
        lines += told(said, width, "dim")
    return lines
