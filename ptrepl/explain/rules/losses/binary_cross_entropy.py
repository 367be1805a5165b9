"""Binary cross entropy: inputs outside of 0 to 1, shapes that differ, targets of another dtype."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from math import isnan, prod

from ptrepl.engine.watch.facts import shape_text
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried, verified
from ptrepl.explain.operands.dtypes import conversion, is_integral
from ptrepl.explain.operands.losses import LossCall, failing_loss, values
from ptrepl.explain.rewrite import in_a_sentence, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.rules.forward.squeezed_in import squeezed_in
from ptrepl.explain.rules.losses.called_again import for_each_call, no_other, of_floats, one_more_dim
from ptrepl.explain.rules.losses.rows import rows_changed
from ptrepl.explain.rules.readings.each_step import of_each_step
from ptrepl.texts.messages import gettext

_NAMES = ("binary_cross_entropy", "binary_cross_entropy_with_logits", "BCELoss", "BCEWithLogitsLoss")
_MOST_CLASSES = 100


def _range(case: Case) -> Finding | None:
    loss = failing_loss(case, *_NAMES)
    if loss is None:
        return None
    if (order := _other_order(case, loss)) is not None:
        return order
    other = _other_loss(case, loss)
    if case.match.group(1) == "target":
        wanted = gettext("A target of {loss} is 0 for no, 1 for yes, or between them.", loss=loss.name)
        targets = _range_text(loss.target_name, _range_of(case, loss.target))
        text = f"{targets} {wanted}"
        return Finding(f"{text} {other.text}".strip(), other.fixes) if other is not None else Finding(text)
    limits = _range_of(case, loss.input)
    what = _range_text(loss.input_name, limits)
    if limits is not None and isnan(limits[0]):
        earlier = gettext("nan is not a number, and it came from a step before this one.")
        return Finding(f"{what} {earlier}")
    if other is not None:
        both = gettext("{loss} takes probabilities, and targets between 0 and 1.", loss=loss.name)
        targets = _range_text(loss.target_name, _range_of(case, loss.target))
        return Finding(f"{what} {both} {targets} {other.text}".strip(), other.fixes)
    wanted = gettext(
        "{loss} takes probabilities, between 0 and 1. A network gives logits, which can be any number; sigmoid makes "
        "probabilities of them.",
        loss=loss.name,
    )
    return Finding(f"{what} {wanted}", tried(case, _probabilities(loss)))


def _other_order(case: Case, loss: LossCall) -> Finding | None:
    """``criterion(y, net(x))``: 0s and 1s stand in the place of the prediction, and that in the place of the target."""
    one, two, found = case.facts(loss.input), case.facts(loss.target), values(case, loss.input)
    if one is None or two is None or one.requires_grad is not False or len(loss.node.args) != 2:
        return None
    if found is None or not bool(((found == 0) | (found == 1)).all()):
        return None
    limits, both = _range_of(case, loss.target), bool((found == 0).any() and (found == 1).any())
    outside = limits is not None and (limits[0] < 0 or limits[1] > 1)
    if two.requires_grad is not True and not (outside and both):
        return None
    logits = "F.binary_cross_entropy_with_logits" if loss.is_function else "nn.BCEWithLogitsLoss()"
    first, second = (segment(case.site.source, each) for each in loss.node.args)
    texts: dict[ast.expr | ast.stmt, str] = dict(zip(loss.node.args, (second, first), strict=True))
    code = spliced(case.site.source, loss.node, {**texts, loss.node.func: logits})
    text = gettext(
        "{loss} takes the prediction first and then the target: {target} is the prediction here, and {input} holds the "
        "0s and 1s. What a network gives without a sigmoid is logits, which {logits} takes: {code}.",
        loss=loss.name,
        target=loss.target_name,
        input=loss.input_name,
        logits=logits.removesuffix("()"),
        code=in_a_sentence(code),
    )
    alone = loss.is_function or isinstance(loss.node.func, ast.Name)  # what __init__ makes is changed there
    return Finding(text, tried(case, [Candidate(code, exact=True)]) if alone else ())


def _other_loss(case: Case, loss: LossCall) -> Finding | None:
    """What to say of targets outside of 0 to 1, for which a sigmoid of the input mends nothing; None of others."""
    found, limits = values(case, loss.target), _range_of(case, loss.target)
    if found is None or limits is None or isnan(limits[0]) or (limits[0] >= 0 and limits[1] <= 1):
        return None
    if bool((found == found.round()).all()):
        if limits == (-1.0, 1.0):
            text = gettext(
                "If -1 is no and 1 is yes, ({target} + 1) / 2 makes 0 and 1 of them.", target=loss.target_name
            )
            return Finding(text)
        if limits[0] >= 0 and limits[1] < _MOST_CLASSES:
            return Finding(
                gettext("If those are class indices, the loss is nn.CrossEntropyLoss(), with one logit for each class.")
            )
        return Finding("")
    text = gettext(
        "These are no probabilities: for targets that can be any number, as in regression, the loss is nn.MSELoss()."
    )
    squared = "F.mse_loss" if loss.is_function else "nn.MSELoss()"
    same = case.shape(loss.input) == case.shape(loss.target) and (
        loss.is_function or isinstance(loss.node.func, ast.Name)  # what __init__ makes is changed there
    )
    return Finding(text, tried(case, [Candidate(loss.with_function(squared), exact=True)]) if same else ())


def _range_of(case: Case, node: ast.expr) -> tuple[float, float] | None:
    """The least and the greatest value, both nan where one value is; None where they are not known."""
    found = values(case, node)
    if found is None or not found.numel():
        return None
    return float(found.min()), float(found.max())


def _range_text(name: str, limits: tuple[float, float] | None) -> str:
    if limits is None:
        return gettext("{name} has values outside of 0 to 1.", name=name)
    least, most = (format(each, ".4g") for each in limits)
    if isnan(limits[0]):
        return gettext("{name} holds nan.", name=name)
    if least == most:
        return gettext("{name} is {value} everywhere.", name=name, value=least)
    return gettext("{name} goes from {least} to {most}.", name=name, least=least, most=most)


def _probabilities(loss: LossCall) -> Iterator[Candidate]:
    if loss.is_function and loss.name.endswith("binary_cross_entropy"):
        yield Candidate(loss.with_function(f"{loss.name}_with_logits"), exact=True)
    yield Candidate(loss.with_input(".sigmoid()"), exact=True)
    if not loss.is_function:
        yield Candidate(loss.with_function("nn.BCEWithLogitsLoss()"), exact=True)


def _sizes(case: Case) -> Finding | None:
    loss = failing_loss(case, *_NAMES)
    if loss is None:
        return None
    one, two = case.shape(loss.input), case.shape(loss.target)
    if one is None or two is None or one == two:
        return None
    text = gettext(
        "{input} is {shape} and {target} is {other}: each element of the prediction has a target of its own, so both "
        "need the same shape.",
        input=loss.input_name,
        shape=shape_text(one),
        target=loss.target_name,
        other=shape_text(two),
    )
    if one and two and one[0] != two[0] and (rows := rows_changed(case, loss, one[0], two[0])):
        return Finding(f"{text} {rows}")
    if not one and two == (1,) and (squeezed := squeezed_in(case, loss.input)) is not None:
        return Finding(f"{text} {squeezed.text}", squeezed.fixes)
    if (each := of_each_step(case, (loss.input, one), (loss.target, two))) is not None:
        return Finding(f"{text} {each.text}", each.fixes)
    if (colours := _grey_mask(case, loss, one, two)) is not None:
        return Finding(f"{text} {colours.text}", colours.fixes)
    facts = case.facts(loss.target)
    found = values(case, loss.target)
    zero_or_one = found is not None and bool(((found == 0) | (found == 1)).all())
    if zero_or_one and two == one[:1] and len(one) == 2 and one[1] == 2:
        outputs = gettext(
            "Each row of {input} has 2 numbers, and {loss} takes one for each target. Make the last layer with one "
            "output and write {squeezed}, or keep the 2 as scores of two classes, without sigmoid, and write "
            "F.cross_entropy({input}, {indices}).",
            input=loss.input_name,
            loss=loss.name,
            squeezed=loss.with_input(".squeeze(1)"),
            indices=f"{loss.target_name}{'' if facts and facts.dtype == 'int64' else '.long()'}",
        )
        return Finding(f"{text} {outputs}")
    if found is not None and found.numel() and float(found.max()) > 1 and two == one[:1]:
        classes = gettext(
            "{target} holds numbers up to {most}: if those are class indices, the loss that takes them is "
            "F.cross_entropy, with logits for {input}.",
            target=loss.target_name,
            most=format(float(found.max()), "g"),
            input=loss.input_name,
        )
        return Finding(f"{text} {classes}")
    if facts is not None and is_integral(str(facts.dtype)):
        dtype = gettext(
            "{target} is {dtype}: it has to be floating point as well, which .float() makes of it.",
            target=loss.target_name,
            dtype=facts.dtype,
        )
        return Finding(f"{text} {dtype}", tried(case, _reshaped(loss, one, two, ".float()")))
    again = for_each_call(case, loss, text, [*_suffixes(one, two)], one_more_dim if len(one) > len(two) else no_other)
    return again or Finding(text, tried(case, _reshaped(loss, one, two)))


def _grey_mask(case: Case, loss: LossCall, one: tuple[int, ...], two: tuple[int, ...]) -> Finding | None:
    """A mask that was read as an image with three colours, all of them equal."""
    if len(one) != 4 or len(two) != 4 or one[1] != 1 or two[1] != 3 or (one[0], *one[2:]) != (two[0], *two[2:]):
        return None
    found = values(case, loss.target)
    if found is None:
        return None
    if not bool((found == found[:, :1]).all()):
        return Finding(
            gettext(
                "Dim 1 of {target} has 3 values for each place, and they are not equal, where {input} has one. If they "
                "are the colours of an image: a mask has one value for each pixel.",
                target=loss.target_name,
                input=loss.input_name,
            )
        )
    text = gettext(
        "Dim 1 of {target} has the 3 colours of an image, and they are equal, as those of a grey one are: "
        "{target}[:, :1] keeps one of them.",
        target=loss.target_name,
    )
    return Finding(text, tried(case, [Candidate(loss.with_target("[:, :1]"))]))


def _suffixes(one: tuple[int, ...], two: tuple[int, ...]) -> Iterator[tuple[str, str]]:
    """What may follow the prediction and the target, where one has a dim of size 1 more, its last one."""
    if one == (*two, 1):
        yield f".squeeze({len(two)})", ""
    elif two == (*one, 1):
        yield "", f".squeeze({len(one)})"


def _reshaped(loss: LossCall, one: tuple[int, ...], two: tuple[int, ...], convert: str = "") -> Iterator[Candidate]:
    """A dim of size 1 left out of one, or put into the other; ``convert``: what follows the target too."""
    longer, shorter = (one, two) if len(one) > len(two) else (two, one)
    at = next((dim for dim in reversed(range(len(longer))) if longer[:dim] + longer[dim + 1 :] == shorter), None)
    if (
        (at is None or longer[at] != 1)
        and len(two) == 1
        and len(one) > 2
        and tuple(each for each in one if each > 1) == two
    ):
        yield Candidate(loss.with_both(".flatten()", convert))
    if min(len(one), len(two)) == 2 < max(len(one), len(two)) and one[:1] == two[:1] and prod(one) == prod(two):
        yield Candidate(
            loss.with_both("", f".flatten(1){convert}") if len(one) == 2 else loss.with_both(".flatten(1)", convert)
        )
        return
    if at is None or longer[at] != 1:
        return
    out, into = f".squeeze({at})", f".unsqueeze({at})"
    if longer is one:
        yield Candidate(loss.with_both(out, convert))
        yield Candidate(loss.with_both("", into + convert))
    else:
        yield Candidate(loss.with_both("", out + convert))
        yield Candidate(loss.with_both(into, convert))


def _dtype(case: Case) -> Finding | None:
    loss = failing_loss(case, *_NAMES)
    if loss is None:
        return None
    one, two = case.facts(loss.input), case.facts(loss.target)
    if one is None or two is None or one.dtype == two.dtype:
        return None
    text = gettext(
        "{target} is {dtype} and {input} is {other}: {loss} computes with both, and needs the same dtype for both.",
        target=loss.target_name,
        dtype=two.dtype,
        input=loss.input_name,
        other=one.dtype,
        loss=loss.name,
    )
    convert = conversion(str(one.dtype))
    again = for_each_call(case, loss, text, [("", convert)], of_floats if one.dtype == "float32" else no_other)
    return again or Finding(text, tried(case, [Candidate(loss.with_target(convert), exact=True)]))


def _of_bools(case: Case) -> Finding | None:
    """Targets that are True and False."""
    loss = failing_loss(case, *_NAMES)
    facts = case.facts(loss.target) if loss is not None else None
    if loss is None or facts is None or facts.dtype != "bool":
        return None
    text = gettext(
        "{target} is bool, and {loss} computes with it as numbers, 0 and 1: .float() makes those of it.",
        target=loss.target_name,
        loss=loss.name,
    )
    return Finding(text, verified(case, Candidate(loss.with_target(".float()"))))


_MORE = "losses/binary-cross-entropy"

BEFORE = ("dtypes.needs_integer",)

RULES = (
    Rule(
        "probabilities",
        ("RuntimeError",),
        r"all elements of (input|target) should be between 0 and 1",
        _range,
        more=_MORE,
    ),
    Rule(
        "target shape",
        ("ValueError",),
        r"Using a target size .* that is different to the input size|Target size .* must be the same as input size",
        _sizes,
        more=_MORE,
    ),
    Rule(
        "bool target",
        ("RuntimeError",),
        r"^Subtraction, the `-` operator, with two bool tensors is not supported",
        _of_bools,
        more=_MORE,
    ),
    Rule(
        "target dtype",
        ("RuntimeError",),
        r"Found dtype \w+ but expected \w+",
        _dtype,
        more=_MORE,
    ),
)
