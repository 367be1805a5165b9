"""CTC loss: (length, batch, classes) first, and lengths that say what the other two hold."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from ptrepl.engine.watch.facts import shape_text
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.operands.losses import values
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import in_a_sentence, operand, postfix, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext

_ARGUMENTS = ("log_probs", "targets", "input_lengths", "target_lengths")
_MOST_NAMES = 3_000
_MOST_TEXTS = 10_000
_Given = dict[str, ast.expr]


def _arguments(case: Case) -> _Given | None:
    """What ``criterion(preds, text, preds_size, length)`` gives for each argument; None for another call."""
    node = case.node
    if not isinstance(node, ast.Call) or any(isinstance(each, ast.Starred) for each in node.args):
        return None
    given = dict(zip(_ARGUMENTS, node.args, strict=False))
    given |= {str(each.arg): each.value for each in node.keywords}
    return given if all(name in given for name in _ARGUMENTS) else None


def _lengths(case: Case, node: ast.expr) -> list[int] | None:
    found = values(case, node)
    if found is not None and found.dim() == 1:
        return [int(each) for each in found.tolist()]
    plain = case.value(node)
    return [*plain] if type(plain) in (list, tuple) and all(type(each) is int for each in plain) else None


def _batch(case: Case) -> Finding | None:
    """Lengths of another number of examples than the scores have: often (batch, length, classes) in the first place."""
    given = _arguments(case)
    if given is None:
        return None
    name = case.match["which"]
    scores, node = given["log_probs"], given[name]
    shape, lengths = case.shape(scores), case.shape(node)
    if shape is None or len(shape) != 3 or lengths is None or len(lengths) != 1:
        return None
    text = gettext(
        "{scores} is {shape}, which CTC loss reads as (length, batch, classes): a batch of {batch}. {lengths} has "
        "{count} lengths, one for each example.",
        scores=operand_text(case, scores),
        shape=shape_text(shape),
        batch=shape[1],
        lengths=operand_text(case, node),
        count=lengths[0],
    )
    targets = case.shape(given["targets"])
    if shape[0] != lengths[0] or (targets is not None and len(targets) == 2 and targets[0] != shape[0]):
        return Finding(text)
    code = postfix(case.site.source, scores, ".transpose(0, 1)")
    turned = gettext("Here dim 0 is the batch: {code} puts the length first.", code=in_a_sentence(code))
    assert isinstance(case.node, ast.Call)
    return Finding(f"{text} {turned}", verified(case, Candidate(spliced(case.site.source, case.node, {scores: code}))))


def _too_long(case: Case) -> Finding | None:
    """``input_lengths`` that are longer than the scores."""
    given = _arguments(case)
    shape = case.shape(given["log_probs"]) if given is not None else None
    if given is None or shape is None or len(shape) != 3:
        return None
    node, scores = given["input_lengths"], given["log_probs"]
    most = max(_lengths(case, node) or [0])
    text = gettext(
        "{scores} is {shape}, (length, batch, classes): {length} steps. {lengths} holds {most}, more steps than there "
        "are.",
        scores=operand_text(case, scores),
        shape=shape_text(shape),
        length=shape[0],
        lengths=operand_text(case, node),
        most=most or case.match["most"],
    )
    tensor = operand(case.site.source, scores)
    code = f"torch.full(({shape[1]},), {tensor}.size(0))"
    all_of_them = gettext("Where every example has all of them, that is {code}.", code=in_a_sentence(code))
    return Finding(f"{text} {all_of_them}")


def _targets(case: Case) -> Finding | None:
    """``target_lengths`` that count more labels than the targets have."""
    given = _arguments(case)
    shape = case.shape(given["targets"]) if given is not None else None
    lengths = _lengths(case, given["target_lengths"]) if given is not None else None
    if given is None or not shape or not lengths:
        return None
    name, counts = operand_text(case, given["targets"]), operand_text(case, given["target_lengths"])
    if len(shape) == 1:
        return Finding(
            gettext(
                "{targets} has {size} labels, those of all examples one after another, and {lengths} adds up to "
                "{total}: it has to count the labels of each example.",
                targets=name,
                size=shape[0],
                lengths=counts,
                total=sum(lengths),
            )
        )
    text = gettext(
        "{targets} is {shape}, with {size} labels in a row, and {lengths} holds {most}: a length cannot count more "
        "labels than the row has.",
        targets=name,
        shape=shape_text(shape),
        size=shape[1],
        lengths=counts,
        most=max(lengths),
    )
    if not (counted := _counted(case, lengths, shape[1])):
        return Finding(text)
    return Finding(f"{text} {counted}")


def _counted(case: Case, lengths: Sequence[int], size: int) -> str:
    """A sentence on the texts whose characters were counted before they were cut; "" where no list of them fits."""
    for name, held in [*dict(case.scope.locals).items(), *case.names.items()][:_MOST_NAMES]:
        if type(held) not in (list, tuple) or len(held) != len(lengths) or len(held) > _MOST_TEXTS:
            continue
        if not all(type(each) is str for each in held) or [*map(len, held)] != [*lengths]:
            continue
        whole, longest = max(held, key=len), max(lengths)
        said = gettext(
            "{most} is the length of {text} in {name}, as it stands there: count each text as it is when its labels "
            "are made.",
            most=longest,
            text=repr(whole[:40]),
            name=name,
        )
        stems = [each.split(".")[0] for each in held]
        if max(map(len, stems)) == size and stems != [*held]:
            ending = gettext(
                "Without its ending it has {size}: len(name.split({dot})[0]) for each name.", size=size, dot='"."'
            )
            return f"{said} {ending}"
        return said
    return ""


RULES = (
    Rule(
        "CTC batch",
        ("RuntimeError",),
        r"^(?P<which>input_lengths|target_lengths) must be of size batch_size",
        _batch,
        more="losses/ctc",
    ),
    Rule(
        "CTC inputs",
        ("RuntimeError",),
        r"^Expected input_lengths to have value at most (?P<most>\d+)",
        _too_long,
        more="losses/ctc",
    ),
    Rule(
        "CTC targets",
        ("RuntimeError",),
        r"for argument #2 'targets' \(while checking arguments for ctc_loss",
        _targets,
        more="losses/ctc",
    ),
)
