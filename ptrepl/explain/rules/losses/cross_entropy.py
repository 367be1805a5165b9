"""Cross entropy: targets that are no classes, and shapes that do not belong together."""

from __future__ import annotations

from collections.abc import Iterator

from ptrepl.engine.watch.facts import shape_text
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.losses import LossCall, failing_loss, values
from ptrepl.explain.rule import Finding, Rule

_NAMES = ("cross_entropy", "nll_loss", "CrossEntropyLoss", "NLLLoss")


def _dtype(case: Case) -> Finding | None:
    loss = failing_loss(case, *_NAMES)
    facts = case.facts(loss.target) if loss is not None else None
    if loss is None or facts is None:
        return None
    text = (
        f"{loss.target_name} is {facts.dtype}: {loss.name} wants the number of the right class for each row, and "
        "classes are counted with whole numbers, int64."
    )
    shape, found = case.shape(loss.input), values(case, loss.target)
    many = shape[1] if shape is not None and len(shape) == 2 else 0
    if many and found is not None and found.numel() and float(found.max()) >= many:
        text += f" There are {many} classes here, numbered 0 to {many - 1}, and it asks for others."
        counted = float(found.min()) == 1 and float(found.max()) == many
        return Finding(text, tried(case, [Candidate(loss.with_target(".long() - 1"), exact=True)]) if counted else ())
    return Finding(text, tried(case, [Candidate(loss.with_target(".long()"), exact=True)]))


def _outside(case: Case) -> Finding | None:
    loss = failing_loss(case, *_NAMES)
    shape = case.shape(loss.input) if loss is not None else None
    if loss is None or not shape:
        return None
    number, classes = int(case.match.group(1)), shape[1] if len(shape) > 1 else shape[0]
    if 0 <= number < classes:
        return None
    text = (
        f"{loss.input_name} is {shape_text(shape)}: that makes {classes} classes, numbered 0 to {classes - 1}, and "
        f"{loss.target_name} asks for class {number}."
    )
    return Finding(text, tried(case, _renumbered(case, loss, classes)))


def _renumbered(case: Case, loss: LossCall, classes: int) -> Iterator[Candidate]:
    """Where it counts from 1; and where -1 stands for rows that do not count."""
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
    has = f"{loss.input_name} is {shape_text(one)} and {loss.target_name} is {shape_text(two)}."
    if len(one) == 2:
        text = (
            f"{has} Dim 1 of the prediction are the classes; the target holds one class for each of its rows, shape "
            f"{shape_text(one[:1])}."
        )
    elif len(one) < 2:
        text = f"{has} A prediction needs two dims, rows and classes, and the target one class for each row."
    else:
        wanted = shape_text((one[0], *one[2:]))
        text = f"{has} The classes must be dim 1 of the prediction, and the target has the others, {wanted} here."
    return Finding(text, tried(case, _fitting(loss, one, two)))


def _fitting(loss: LossCall, one: tuple[int, ...], two: tuple[int, ...]) -> Iterator[Candidate]:
    """Reshaped so that the sizes agree; the values of the target decide whether the classes exist."""
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
    Rule("dtype of classes", ("RuntimeError",), r"expected target dtype to be Long or Byte", _dtype, more=_MORE),
    Rule(
        "classes that do not exist",
        ("IndexError", "RuntimeError"),
        r"Target (-?\d+) is out of bounds",
        _outside,
        more=_MORE,
    ),
    Rule(
        "shape of classes",
        ("RuntimeError", "ValueError"),
        r"multi-target not supported|Expected input batch_size \(\d+\) to match target|1D target must have size 1|"
        r"Expected target size \[|size mismatch \(got input: |only batches of spatial targets supported|"
        r"Expected floating point type for target with class probabilities",
        _shapes,
        more=_MORE,
    ),
)
