"""Cross entropy: targets that are no class indices, and shapes that do not go together."""

from __future__ import annotations

from collections.abc import Iterator

from ptrepl.engine.watch.facts import shape_text
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.losses import LossCall, failing_loss, values
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext, ngettext

_NAMES = ("cross_entropy", "nll_loss", "CrossEntropyLoss", "NLLLoss")


def _dtype(case: Case) -> Finding | None:
    loss = failing_loss(case, *_NAMES)
    facts = case.facts(loss.target) if loss is not None else None
    if loss is None or facts is None:
        return None
    text = gettext(
        "{target} is {dtype}: {loss} takes the index of the right class for each row, and class indices are integers, "
        "int64.",
        target=loss.target_name,
        dtype=facts.dtype,
        loss=loss.name,
    )
    shape, found = case.shape(loss.input), values(case, loss.target)
    many = shape[1] if shape is not None and len(shape) == 2 else 0
    if many and found is not None and found.numel() and float(found.max()) >= many:
        outside = ngettext(
            "There is {count} class here, with index {last}, and {target} asks for others.",
            "There are {count} classes here, with indices 0 to {last}, and {target} asks for others.",
            many,
            last=many - 1,
            target=loss.target_name,
        )
        from_one = float(found.min()) == 1 and float(found.max()) == many
        fixes = tried(case, [Candidate(loss.with_target(".long() - 1"), exact=True)]) if from_one else ()
        return Finding(f"{text} {outside}", fixes)
    return Finding(text, tried(case, [Candidate(loss.with_target(".long()"), exact=True)]))


def _outside(case: Case) -> Finding | None:
    loss = failing_loss(case, *_NAMES)
    shape = case.shape(loss.input) if loss is not None else None
    if loss is None or not shape:
        return None
    number, classes = int(case.match.group(1)), shape[1] if len(shape) > 1 else shape[0]
    if 0 <= number < classes:
        return None
    text = ngettext(
        "{input} is {shape}: that is {count} class, with index {last}, and {target} asks for class {number}.",
        "{input} is {shape}: those are {count} classes, with indices 0 to {last}, and {target} asks for class "
        "{number}.",
        classes,
        input=loss.input_name,
        shape=shape_text(shape),
        last=classes - 1,
        target=loss.target_name,
        number=number,
    )
    return Finding(text, tried(case, _renumbered(case, loss, classes)))


def _renumbered(case: Case, loss: LossCall, classes: int) -> Iterator[Candidate]:
    """Where the indices begin with 1; and where -1 marks rows that do not count."""
    found = values(case, loss.target)
    if found is None or not found.numel():
        return
    least, most = int(found.min()), int(found.max())
    if least == 1 and most == classes:
        yield Candidate(loss.with_target_less(1), exact=True)
    if least == -1 and most < classes and loss.is_function:
        yield Candidate(loss.with_keyword("ignore_index=-1"), exact=True)


def _shapes(case: Case) -> Finding | None:
    loss = failing_loss(case, *_NAMES)
    one = case.shape(loss.input) if loss is not None else None
    two = case.shape(loss.target) if loss is not None else None
    if loss is None or one is None or two is None:
        return None
    given = gettext(
        "{input} is {shape} and {target} is {other}.",
        input=loss.input_name,
        shape=shape_text(one),
        target=loss.target_name,
        other=shape_text(two),
    )
    if len(one) == 2:
        wanted = gettext(
            "Dim 1 of the prediction are the classes; the target has one class index for each row, shape {shape}.",
            shape=shape_text(one[:1]),
        )
    elif len(one) < 2:
        wanted = gettext("A prediction needs two dims, rows and classes, and the target one class index for each row.")
    else:
        wanted = gettext(
            "The classes must be dim 1 of the prediction, and the target has the other dims, {shape} here.",
            shape=shape_text((one[0], *one[2:])),
        )
    return Finding(f"{given} {wanted}", tried(case, _fitting(loss, one, two)))


def _fitting(loss: LossCall, one: tuple[int, ...], two: tuple[int, ...]) -> Iterator[Candidate]:
    """Reshaped so that the sizes match; the values of the target decide whether the classes exist."""
    if one == two:
        yield Candidate(loss.with_target(".float()"), exact=True)
        yield Candidate(loss.with_target(f".argmax({1 if len(one) > 1 else 0})"), exact=True)
    elif len(one) == 2:
        if len(two) == 2 and 1 in two:
            yield Candidate(loss.with_target(f".squeeze({two.index(1)})"), exact=True)
        elif not two:
            yield Candidate(loss.with_target(".unsqueeze(0)"), exact=True)
        elif two == one[1:]:
            yield Candidate(loss.with_input(".T"), exact=True)
    elif len(one) == 3 and two == one[:2]:
        yield Candidate(loss.with_input(".transpose(1, 2)"), exact=True)
    elif len(one) > 2 and len(two) == len(one) and two[1] == 1:
        yield Candidate(loss.with_target(".squeeze(1)"), exact=True)


_MORE = "losses/cross-entropy"

RULES = (
    Rule("class dtype", ("RuntimeError",), r"expected target dtype to be Long or Byte", _dtype, more=_MORE),
    Rule(
        "class range",
        ("IndexError", "RuntimeError"),
        r"Target (-?\d+) is out of bounds",
        _outside,
        more=_MORE,
    ),
    Rule(
        "class shape",
        ("RuntimeError", "ValueError"),
        r"multi-target not supported|Expected input batch_size \(\d+\) to match target|1D target must have size 1|"
        r"Expected target size \[|size mismatch \(got input: |only batches of spatial targets supported|"
        r"Expected floating point type for target with class probabilities",
        _shapes,
        more=_MORE,
    ),
)
