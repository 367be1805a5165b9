"""Cross entropy: targets that are no class indices, and shapes that do not go together."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from math import prod

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.facts import shape_text
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.dtypes import is_float
from ptrepl.explain.operands.losses import LossCall, failing_loss, fraction_in, values
from ptrepl.explain.rewrite import in_a_sentence, operand
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.rules.losses.first_row import first_row
from ptrepl.explain.rules.losses.fixed_batch import fixed_batch
from ptrepl.explain.rules.losses.flattened import flattened
from ptrepl.explain.rules.losses.grey_mask import grey_mask
from ptrepl.explain.rules.losses.lost_batch import lost_batch, lost_before_backward
from ptrepl.explain.rules.losses.made_for import for_all_classes
from ptrepl.explain.rules.losses.one_for_each_class import in_the_last_dim
from ptrepl.explain.rules.losses.one_longer import one_place_longer
from ptrepl.explain.rules.losses.other_targets import dim_of_one, equal_channels, one_output
from ptrepl.explain.rules.losses.rows import rows_changed, rows_kept
from ptrepl.explain.rules.readings.each_step import of_each_step
from ptrepl.texts.messages import gettext, ngettext

_NAMES = ("cross_entropy", "nll_loss", "CrossEntropyLoss", "NLLLoss")


def _dtype(case: Case) -> Finding | None:
    loss = failing_loss(case, *_NAMES)
    facts = case.facts(loss.target) if loss is not None else None
    if loss is None or facts is None:
        return None
    place = gettext("pixel") if len(case.shape(loss.input) or ()) == 4 else gettext("row")
    text = gettext(
        "{target} is {dtype}: {loss} takes the index of the right class for each {place}, and class indices are "
        "integers, int64.",
        target=loss.target_name,
        dtype=facts.dtype,
        loss=loss.name,
        place=place,
    )
    if fraction := fraction_in(case, loss.target):
        no_index = gettext("{input} holds {number}, which is no index.", input=loss.target_name, number=fraction)
        return Finding(f"{text} {no_index}")
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
        fixes = tried(case, [_of_target(case, loss, ".long() - 1")]) if from_one else ()
        return Finding(f"{text} {outside}", fixes)
    return Finding(text, tried(case, [_of_target(case, loss, ".long()")]))


def _of_target(case: Case, loss: LossCall, suffix: str) -> Candidate:
    """The call with ``suffix`` after the target, whose values are known to be classes or are needed for the trial."""
    found = values(case, loss.target)
    shape = case.shape(loss.input) or ()
    classes = shape[1] if len(shape) > 1 else sum(shape)
    shift = 1 if suffix.endswith("- 1") else 0
    known = (
        found is not None and found.numel() > 0 and shift <= float(found.min()) and float(found.max()) < classes + shift
    )
    return Candidate(loss.with_target(suffix), exact=not known)


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
    if classes == 1 and _is_yes_or_no(case, loss):
        yes = gettext(
            "For one output and targets of 0 and 1 the loss is F.binary_cross_entropy_with_logits, which takes them in "
            "one shape and as floating point numbers."
        )
        return Finding(f"{text} {yes}")
    if (grey := grey_mask(case, loss.target, classes)) is not None:
        return Finding(f"{text} {grey.text}", tried(case, [Candidate(loss.with_target_text(grey.code))]))
    if _is_minus_and_plus(case, loss, classes):
        code = f"({operand(case.site.source, loss.target)} + 1) // 2"
        signs = gettext("If -1 is no and 1 is yes, {code} makes 0 and 1 of them.", code=in_a_sentence(code))
        return Finding(f"{text} {signs}", tried(case, [Candidate(loss.with_target_text(code))]))
    if number == -1:
        left_out = gettext("If -1 marks rows that do not count, ignore_index=-1 leaves them out of the loss.")
        text = f"{text} {left_out}"
    if number > classes + 1 and len(shape) == 4 and _is_border(case, loss, classes, number):
        border = gettext(
            "All other numbers are classes. If {number} marks pixels that do not count, ignore_index={number} leaves "
            "them out of the loss.",
            number=number,
        )
        ignoring = [Candidate(loss.with_keyword(f"ignore_index={number}"))] if loss.is_function else []
        return Finding(f"{text} {border}", tried(case, ignoring))
    fixes, found = tried(case, _renumbered(case, loss, classes)), values(case, loss.target)
    if not fixes and found is not None and found.numel():
        more, fixes = for_all_classes(case, loss.input, classes, int(found.min()), int(found.max()))
        return Finding(f"{text} {more}" if more else text, fixes)
    if found is not None and found.numel() and int(found.min()) == 1:
        less = f"{operand(case.site.source, loss.target)} - 1"
        both = gettext(
            "If they are counted from 1, {code} counts from 0. If class 0 is merely missing from these, the network "
            "needs {count} outputs.",
            code=in_a_sentence(less),
            count=classes + 1,
        )
        text = f"{text} {both}"
    return Finding(text, fixes)


def _is_minus_and_plus(case: Case, loss: LossCall, classes: int) -> bool:
    """Whether there are two classes, and the targets are -1 and 1."""
    found = values(case, loss.target)
    if classes != 2 or found is None or found.is_floating_point() or not found.numel():
        return False
    return int(found.min()) == -1 and int(found.max()) == 1 and bool((found != 0).all())


def _is_border(case: Case, loss: LossCall, classes: int, number: int) -> bool:
    found = values(case, loss.target)
    if found is None:
        return False
    classes_only = found[found != number]
    return bool(((classes_only >= 0) & (classes_only < classes)).all())


def _is_yes_or_no(case: Case, loss: LossCall) -> bool:
    found = values(case, loss.target)
    return found is not None and bool(((found == 0) | (found == 1)).all())


def _renumbered(case: Case, loss: LossCall, classes: int) -> Iterator[Candidate]:
    """Where the indices begin with 1; and where -1 marks rows that do not count."""
    found = values(case, loss.target)
    if found is None or not found.numel():
        return
    least, most = int(found.min()), int(found.max())
    # the trial has the values of integers, so it needs no others
    if least == 1 and most == classes:
        yield Candidate(loss.with_target_less(1))
    if least == -1 and most == classes - 2:
        yield Candidate(loss.with_target_more(1))
    elif least == -1 and most < classes and loss.is_function:
        yield Candidate(loss.with_keyword("ignore_index=-1"))


def _shapes(case: Case) -> Finding | None:
    loss = failing_loss(case, *_NAMES)
    if loss is None:
        return lost_before_backward(case)
    one, two = case.shape(loss.input), case.shape(loss.target)
    if one is None or two is None:
        return None
    given = gettext(
        "{input} is {shape} and {target} is {other}.",
        input=loss.input_name,
        shape=shape_text(one),
        target=loss.target_name,
        other=shape_text(two),
    )
    if len(one) == 1 and len(two) == 1 and (row := first_row(case, loss, two[0])) is not None:
        return Finding(f"{given} {row.text}", row.fixes)
    if len(one) == 1 and one == two and (single := one_output(case, loss, one[0])) is not None:
        return Finding(f"{given} {single.text}", single.fixes)
    if len(one) == 2:
        wanted = gettext(
            "Dim 1 of the prediction are the classes; the target has one class index for each row, shape {shape}.",
            shape=shape_text(one[:1]),
        )
    elif len(one) < 2:
        wanted = ngettext(
            "A prediction with one dim is one row: {count} class, and its target is one class index, of shape ().",
            "A prediction with one dim is one row: {count} classes, and its target is one class index, of shape ().",
            sum(one),
        )
    else:
        wanted = gettext(
            "The loss reads dim 1 of {input} as the classes, here {count}, and would need a target of shape {shape}.",
            input=loss.input_name,
            count=one[1],
            shape=shape_text((one[0], *one[2:])),
        )
        if two == one[:-1]:
            last = gettext(
                "The target has the right shape if the {count} scores in the last dim are the classes: move that dim "
                "to dim 1.",
                count=one[-1],
            )
            wanted = f"{wanted} {last}"
    if len(two) == 1 and (each := of_each_step(case, (loss.input, one), (loss.target, two))) is not None:
        return Finding(f"{given} {each.text}", each.fixes)
    each_class = in_the_last_dim(case, loss, one, two, values(case, loss.target)) if len(one) > 2 else None
    if each_class is not None:
        return Finding(f"{given} {each_class.text}", each_class.fixes)
    if len(one) == 4 and len(two) == 4 and (colours := equal_channels(case, loss, one, two)) is not None:
        return Finding(f"{given} {wanted} {colours.text}", colours.fixes)
    if len(one) > 2 and len(two) == len(one) and (single := dim_of_one(case, loss, one, two)) is not None:
        return Finding(f"{given} {wanted} {single.text}", single.fixes)
    if (lost := lost_batch(case, loss, one, two)) is not None:
        return Finding(f"{given} {wanted} {lost.text}", lost.fixes)
    if len(one) == 2 and len(two) == 1 and (longer := one_place_longer(case, loss)) is not None:
        return Finding(f"{given} {longer.text}", longer.fixes)
    if len(one) == 2 and len(two) == 1 and one[0] != two[0] and (told := fixed_batch(case, loss, one[0], two[0])):
        return Finding(f"{given} {told.text}", told.fixes)
    if len(one) == 2 and len(two) == 1 and one[0] != two[0] and (rows := rows_changed(case, loss, one[0], two[0])):
        return Finding(f"{given} {rows}")
    if len(one) == 2 and len(two) == 1 and (flat := flattened(case, loss, one, two)) is not None:
        return Finding(f"{given} {flat.text}", flat.fixes)
    kept = rows_kept(case, loss, one[0]) if len(one) == 2 and len(two) == 1 and one[0] != two[0] else ""
    if len(one) == 2 and len(two) == 1 and one[0] != two[0] and (two != one[1:] or kept):
        batch = gettext(
            "Here are {predictions} predictions and {targets} targets, and each prediction needs one target.",
            predictions=one[0],
            targets=two[0],
        )
        return Finding(" ".join(filter(None, (given, batch, kept))), tried(case, _fitting(case, loss, one, two)))
    if one == two:
        return Finding(*_one_for_each_class(case, loss, f"{given} {wanted}"))
    return Finding(f"{given} {wanted}", tried(case, _fitting(case, loss, one, two)))


def _one_for_each_class(case: Case, loss: LossCall, text: str) -> tuple[str, tuple[Fix, ...]]:
    """A target of the shape of the prediction that holds integers: one-hot rows, or rows of several 1s."""
    found, facts = values(case, loss.target), case.facts(loss.target)
    if found is None or facts is None or not found.numel() or is_float(str(facts.dtype)):
        return text, ()
    dim = 1 if found.dim() > 1 else 0
    if not bool(((found == 0) | (found == 1)).all()):
        return text, ()
    if bool((found.sum(dim) == 1).all()):
        hot = gettext(
            "{target} is one-hot, with a 1 at the right class: .argmax({dim}) gives the class indices, and .float() "
            "makes class probabilities of it.",
            target=loss.target_name,
            dim=dim,
        )
        ways = [loss.with_target(".float()"), loss.with_target(f".argmax({dim})")]
        return f"{text} {hot}", tried(case, [Candidate(each) for each in ways])
    if dim == 0:
        return text, ()
    several = gettext(
        "{target} has another number of 1s than one in some rows: where each class is yes or no by itself, the loss is "
        "F.binary_cross_entropy_with_logits, with {target}.float().",
        target=loss.target_name,
    )
    return f"{text} {several}", ()


def _fitting(case: Case, loss: LossCall, one: tuple[int, ...], two: tuple[int, ...]) -> Iterator[Candidate]:
    """Reshaped so that the sizes match; the values of the target decide whether the classes exist."""
    if len(one) == 1:
        yield from _one_row(case, loss, two)
    elif len(one) == 2:
        if len(two) == 2 and two[1] == 1 and _are_whole(case, loss):
            yield _of_target(case, loss, ".squeeze(1).long()")
        elif len(two) == 2 and 1 in two:
            yield Candidate(loss.with_target(f".squeeze({two.index(1)})"), exact=not _are_integers(case, loss))
        elif not two:
            yield Candidate(loss.with_target(".unsqueeze(0)"), exact=not _are_integers(case, loss))
        elif len(two) > 1 and prod(two) == one[0] and _is_flattened(loss.input):
            yield Candidate(loss.with_target(".flatten()"), exact=not _are_integers(case, loss))
        elif two == one[1:] and not rows_kept(case, loss, one[0]):
            yield Candidate(loss.with_input(".T"), exact=not _are_integers(case, loss))
    elif len(one) == 3 and two == one[:2]:
        yield Candidate(loss.with_input(".transpose(1, 2)"), exact=not _are_integers(case, loss))


def _is_flattened(node: ast.expr) -> bool:
    """Whether it is ``scores.view(-1, 5)``, which has a row for each place of each example."""
    match node:
        case ast.Call(func=ast.Attribute(attr="view" | "reshape"), args=[ast.UnaryOp(op=ast.USub()), _]):
            return True
        case ast.Call(func=ast.Attribute(attr="flatten"), args=[ast.Constant(value=0), ast.Constant()]):
            return True
    return False


def _are_whole(case: Case, loss: LossCall) -> bool:
    """Whether the target holds class numbers in floating point, as a column of a table has them."""
    found = values(case, loss.target)
    return found is not None and found.is_floating_point() and bool((found == found.round()).all())


def _are_integers(case: Case, loss: LossCall) -> bool:
    """Whether the target holds known integers: the trial has those, so it needs no other values."""
    found = values(case, loss.target)
    return found is not None and not (found.is_floating_point() or found.is_complex())


def _one_row(case: Case, loss: LossCall, two: tuple[int, ...]) -> Iterator[Candidate]:
    """One class index for one row, without the dims that were put around it."""
    if prod(two) != 1:
        return
    match loss.target:
        case ast.Call(func=ast.Attribute(value=base, attr="view" | "reshape" | "unsqueeze")) if case.shape(base) == ():
            yield Candidate(loss.with_target_text(case.text(base)), exact=not _are_integers(case, loss))
        case _:
            yield Candidate(loss.with_target(".squeeze()"), exact=not _are_integers(case, loss))


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
