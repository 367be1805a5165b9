"""Targets of cross entropy that belong to another loss, or that are images: yes or no, colours for classes."""

from __future__ import annotations

import sys
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.record.record import one_line
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried, verified
from ptrepl.explain.operands.losses import LossCall, values
from ptrepl.explain.rewrite import postfix, segment, spliced
from ptrepl.explain.rule import Finding
from ptrepl.texts.messages import gettext

_MOST_VALUES = 4_000_000


def one_output(case: Case, loss: LossCall, rows: int) -> Finding | None:
    """One number for each row and targets of 0 and 1, several of them 1."""
    found, facts = values(case, loss.target), case.facts(loss.target)
    if found is None or facts is None or facts.dtype not in ("int64", "int32", "uint8", "bool") or rows < 2:
        return None
    if not bool(((found == 0) | (found == 1)).all()) or int(found.sum()) == 1:
        return None
    text = gettext(
        "{input} has one number for each of {count} targets, which are 0 and 1. For yes or no with one output the "
        "loss is nn.BCEWithLogitsLoss(), with floating point targets, {target}.float(); {loss} needs one output for "
        "each class.",
        input=loss.input_name,
        count=rows,
        target=loss.target_name,
        loss=loss.name,
    )
    return Finding(text, _binary(case, loss))


def _binary(case: Case, loss: LossCall) -> tuple[Fix, ...]:
    """The statement with the loss for yes and no; () in a function, which was given its loss by others."""
    source, site = case.site.source, case.site
    floats = postfix(source, loss.target, ".float()")
    if loss.is_function:
        if loss.node.keywords:
            return ()
        new = f"F.binary_cross_entropy_with_logits({segment(source, loss.input)}, {floats})"
        return tried(case, [Candidate(new)])
    if site.is_nested or site.line is not site.statement or not loss.name.isidentifier():
        return ()
    line = spliced(source, site.line, {loss.target: floats})
    return (Fix(f"{loss.name} = nn.BCEWithLogitsLoss()\n{line}", ""),)


def equal_channels(case: Case, loss: LossCall, one: tuple[int, ...], two: tuple[int, ...]) -> Finding | None:
    """Masks that were read as images with three colours."""
    wanted = (one[0], *one[2:])
    if two[:3] == wanted and two[3] in (3, 4):
        dim, index = 3, "[..., 0]"
    elif (two[0], *two[2:]) == wanted and two[1] in (3, 4):
        dim, index = 1, "[:, 0]"
    else:
        return None
    found = _plain(case.real(loss.target))
    if found is None:
        return Finding(
            gettext(
                "Dim {dim} of {target} has {count} values for each place, where one class index is wanted.",
                dim=dim,
                target=loss.target_name,
                count=two[dim],
            )
        )
    if dim == 1 and one == two and bool(((found == 0) | (found == 1)).all()):
        return None  # a 0 or 1 for each class
    if not bool((found.narrow(dim, 0, 3) == found.narrow(dim, 0, 1)).all()):
        return Finding(
            gettext(
                "Dim {dim} of {target} has {count} values for each place, where one class index is wanted, and they "
                "are not equal. If they are the colours of an image, each colour has to be given the number of its "
                "class.",
                dim=dim,
                target=loss.target_name,
                count=two[dim],
            )
        )
    text = gettext(
        "Dim {dim} of {target} has {count} values for each pixel, the same in each colour, as a grey image has: "
        "{target}{index} takes the first.",
        dim=dim,
        target=loss.target_name,
        count=two[dim],
        index=index,
    )
    if found.is_floating_point() or not 0 <= int(found.min()) <= int(found.max()) < one[1]:
        return Finding(text)
    return Finding(text, verified(case, Candidate(loss.with_target(index))))


def dim_of_one(case: Case, loss: LossCall, one: tuple[int, ...], two: tuple[int, ...]) -> Finding | None:
    """Masks of (N, 1, H, W), as images of one channel are: one class for each pixel has no dim of its own."""
    wanted, dims = (one[0], *one[2:]), [at for at in (1, len(two) - 1) if two[at] == 1]
    dim = next((at for at in dims if (*two[:at], *two[at + 1 :]) == wanted), None)
    facts = case.facts(loss.target)
    if dim is None or facts is None or one[1] < 2:
        return None
    found = _plain(case.real(loss.target))
    found = values(case, loss.target) if found is None else found
    if found is not None and found.numel() and not _are_classes(found, one[1]):
        return None
    suffix = ".squeeze(1)" if dim == 1 else ".squeeze(-1)"
    if facts.dtype not in ("int64", "uint8"):
        suffix += ".long()"
    text = gettext(
        "Dim {dim} of {target} has size 1: {code} has one class index for each place.",
        dim=dim,
        target=loss.target_name,
        code=one_line(postfix(case.site.source, loss.target, suffix)),
    )
    if found is None or not found.numel():
        return Finding(text)
    return Finding(text, verified(case, Candidate(loss.with_target(suffix), gives="")))


def _are_classes(values: Any, count: int) -> bool:
    """Whether a tensor holds nothing but class indices below ``count``."""
    return float(values.min()) >= 0 and float(values.max()) < count and bool((values == values.long()).all())


def _plain(tensor: Any) -> Any:
    """A plain tensor on the CPU, only to be read; None for all others, and for large ones."""
    if type(tensor) is not sys.modules["torch"].Tensor or tensor.device.type != "cpu" or tensor.numel() > _MOST_VALUES:
        return None
    return tensor.detach()
