"""What a loss was made with: weights for another number of classes, of another dtype, a share that is none."""

from __future__ import annotations

import ast
from typing import Any

from ptrepl.engine.watch.facts import read, shape_text
from ptrepl.engine.watch.kinds import Kind, is_tensor_class, kind_of
from ptrepl.explain.case import Case, sizes
from ptrepl.explain.fixes.trial import Candidate, tried, verified
from ptrepl.explain.operands.dtypes import is_float
from ptrepl.explain.operands.losses import LossCall, failing_loss, values
from ptrepl.explain.provenance.origins import origin
from ptrepl.explain.rewrite import in_a_sentence, in_one_line, postfix, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.rules.losses.made_for import made_for
from ptrepl.texts.messages import gettext, ngettext

_CLASSES = ("cross_entropy", "nll_loss", "CrossEntropyLoss", "NLLLoss")


def _weights(case: Case) -> Finding | None:
    """``CrossEntropyLoss(weight=…)`` with two numbers for three classes."""
    loss = failing_loss(case, *_CLASSES)
    shape = case.shape(loss.input) if loss is not None else None
    weight = _weight(case)
    if loss is None or not shape or not is_tensor_class(type(weight)):
        return None
    given = sizes(read(weight)) or ()
    classes = shape[1] if len(shape) > 1 else shape[0]
    text = ngettext(
        "{loss} has a weight of shape {weight}. {input} is {shape}: that is {count} class, and weight needs one number "
        "for it.",
        "{loss} has a weight of shape {weight}. {input} is {shape}: those are {count} classes, and weight needs one "
        "number for each of them.",
        classes,
        loss=loss.name,
        weight=shape_text(given),
        input=loss.input_name,
        shape=shape_text(shape),
    )
    found = values(case, loss.target)
    if len(given) == 1 and found is not None and found.numel() and int(found.max()) < given[0] < classes:
        made = made_for(case, loss.input, classes, given[0])
        if made is not None:
            fewer = gettext(
                "{target} has no class beyond {last}, as the {count} weights: {code}.",
                target=loss.target_name,
                last=given[0] - 1,
                count=given[0],
                code=made.code,
            )
            return Finding(f"{text} {made.said} {fewer}", made.fixes)
    if len(given) == 1 and found is not None and found.numel() and classes <= int(found.max()) < given[0]:
        made = made_for(case, loss.input, classes, given[0])
        more = gettext(
            "{target} holds class {most}, so there are more than {count} classes: the network needs an output for each "
            "of the {weights}.",
            target=loss.target_name,
            most=int(found.max()),
            count=classes,
            weights=given[0],
        )
        if made is not None:
            write = gettext("Write {code}.", code=made.code)
            return Finding(f"{text} {made.said} {more} {write}", made.fixes)
        return Finding(f"{text} {more}")
    return _weights_made(case, loss, text, classes) or Finding(text)


def _weights_made(case: Case, loss: LossCall, text: str, classes: int) -> Finding | None:
    """Where the weight is a name, and which statement made it; with as many ones as there are classes if they are
    ones."""
    node = loss.node.func
    made = origin(case, node.id) if isinstance(node, ast.Name) and not loss.is_function else None
    call = made.value if made is not None else loss.node
    given = [each.value for each in call.keywords if each.arg == "weight"] if isinstance(call, ast.Call) else []
    if not given and made is not None and isinstance(call, ast.Call):
        given = call.args[:1]
    if len(given) != 1 or not isinstance(given[0], ast.Name):
        return None
    weights = origin(case, given[0].id)
    if weights is None:
        return None
    said = gettext("It is {name}, from `{statement}`.", name=given[0].id, statement=weights.label)
    told = f"{text} {said}"
    match weights.value:
        case ast.Call(func=ast.Attribute(attr="ones"), args=[ast.Constant() as count], keywords=[]) if made is not None:
            pass
        case _:
            return Finding(told)
    if case.site.is_nested or case.site.line is not case.site.statement or not weights.is_alone or not made.is_alone:
        return Finding(told)
    lines = (
        spliced(weights.source, weights.statement, {count: str(classes)}),
        segment(made.source, made.statement),
        segment(case.site.source, case.site.line),
    )
    return Finding(told, verified(case, Candidate("\n".join(lines), replaces_line=True)))


def _weight(case: Case) -> Any:
    """The weight of the failing loss: a buffer of the module, or an argument of the function."""
    frame = case.inner("cross_entropy", "nll_loss")
    return frame.f_locals.get("weight") if frame is not None else None


def _smoothing(case: Case) -> Finding | None:
    loss = failing_loss(case, *_CLASSES)
    if loss is None:
        return None
    value = float(case.match["value"])
    text = gettext(
        "label_smoothing is {value}. It is the share of the target that goes to all classes alike: from 0 to 1, such "
        "as 0.1.",
        value=f"{value:g}",
    )
    made = origin(case, loss.node.func.id) if isinstance(loss.node.func, ast.Name) else None
    if made is None or loss.is_function:
        return Finding(text)
    where = gettext("It was given in {statement}.", statement=f"`{in_one_line(made.source, made.statement)}`")
    return Finding(f"{text} {where}")


def _integers_for_scores(case: Case) -> Finding | None:
    """``criterion(y, net(x))``, and ``criterion(net(x).argmax(1), y)``: class indices in the place of the scores."""
    loss = failing_loss(case, *_CLASSES)
    one, two = (case.facts(loss.input), case.facts(loss.target)) if loss is not None else (None, None)
    if loss is None or one is None or two is None or is_float(str(one.dtype)):
        return None
    said = gettext(
        "{input} is {dtype}, integers, and {loss} takes the scores of the classes first, then the class indices.",
        input=loss.input_name,
        dtype=one.dtype,
        loss=loss.name,
    )
    if is_float(str(two.dtype)) and two.requires_grad and len(loss.node.args) == 2:
        first, second = (segment(case.site.source, each) for each in loss.node.args)
        code = spliced(case.site.source, loss.node, {loss.node.args[0]: second, loss.node.args[1]: first})
        order = gettext("The two are the other way round here: {code}.", code=in_a_sentence(code))
        return Finding(f"{said} {order}", tried(case, [Candidate(code)]))
    made = origin(case, loss.input.id) if isinstance(loss.input, ast.Name) else None
    value = made.value if made is not None else loss.input
    match value:
        case ast.Call(func=ast.Attribute(value=scores, attr="argmax")):
            source = case.site.source if made is None else made.source
            instead = gettext(
                "argmax gives the index of the best class, for the accuracy. The loss takes what argmax is called on: "
                "{scores}.",
                scores=in_one_line(source, scores),
            )
            return Finding(f"{said} {instead}")
    is_network = isinstance(value, ast.Call) and kind_of(case.real(value.func)) is Kind.MODULE
    return Finding(said) if is_network and not is_float(str(two.dtype)) else None


def _sample_weights(case: Case) -> Finding | None:
    """``BCEWithLogitsLoss(weight=…)`` with a number for each sample, where each sample has several labels."""
    frame = case.inner("binary_cross_entropy_with_logits", "binary_cross_entropy")
    held = {name: frame.f_locals.get(name) for name in ("input", "weight", "pos_weight")} if frame is not None else {}
    shapes = {name: sizes(read(each)) for name, each in held.items() if is_tensor_class(type(each))}
    given, shape = shapes.get("weight"), shapes.get("input")
    if given is None or shape is None or len(shape) != 2 or given != shape[:1] or shape[0] == shape[1]:
        return None
    if shapes.get("pos_weight") is not None:
        return None
    return Finding(
        gettext(
            "weight is {weight} and the prediction is {shape}: it is broadcast, so a vector has one number for each of "
            "the {columns} columns. With one for each of the {rows} rows its shape is ({rows}, 1), as "
            "weight.unsqueeze(1) has it.",
            weight=shape_text(given),
            shape=shape_text(shape),
            columns=shape[1],
            rows=shape[0],
        )
    )


def _column_of_targets(case: Case) -> Finding | None:
    """``CosineEmbeddingLoss`` with a column of 1 and -1."""
    node = case.node
    target = node.args[2] if isinstance(node, ast.Call) and len(node.args) > 2 else None
    shape = case.shape(target) if target is not None else None
    if node is None or target is None or shape is None or len(shape) != 2 or shape[1] != 1:
        return None
    name = case.called(target, gettext("The target"))
    text = gettext(
        "{target} is {shape}, a column, and this loss takes one target for each pair, of shape ({count},).",
        target=name,
        shape=shape_text(shape),
        count=shape[0],
    )
    new = spliced(case.site.source, node, {target: postfix(case.site.source, target, ".squeeze(1)")})
    return Finding(text, tried(case, [Candidate(new)]) or verified(case, Candidate(new)))


_MORE = "losses/cross-entropy"

BEFORE = (
    "dtypes.dtype",
    "dtypes.needs_float",
    "losses.cross_entropy",
    "sequences.masks",
    "sequences.packed",
    "shapes.product",
    "shapes.broadcast",
)

RULES = (
    Rule(
        "integer scores",
        ("RuntimeError", "NotImplementedError"),
        r"not implemented for '(?:Long|Int)'|Expected floating point type for target with class probabilities",
        _integers_for_scores,
        more=_MORE,
    ),
    Rule(
        "class weights",
        ("RuntimeError",),
        r"weight tensor should be defined either for all (?:\d+|or no) classes",
        _weights,
        more=_MORE,
    ),
    Rule(
        "sample weights",
        ("RuntimeError",),
        r"^The size of tensor a \(\d+\) must match the size of tensor b",
        _sample_weights,
        more="shapes/broadcasting",
    ),
    Rule("target column", ("RuntimeError",), r"^0D or 1D target tensor expected", _column_of_targets, more=_MORE),
    Rule(
        "label smoothing",
        ("RuntimeError",),
        r"label_smoothing must be between 0\.0 and 1\.0\. Got: (?P<value>-?[\d.]+)",
        _smoothing,
        more=_MORE,
    ),
)
