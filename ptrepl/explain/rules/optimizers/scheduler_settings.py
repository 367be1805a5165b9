"""What a scheduler of the learning rate is made with: lists, functions, whole numbers, shares between 0 and 1."""

from __future__ import annotations

import ast

from ptrepl.engine.explanation import Fix
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.operands.class_call import ClassCall, class_call
from ptrepl.explain.rewrite import in_one_line, operand
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext, ngettext

_MODULE = "torch.optim."
_FACTORS = {"ReduceLROnPlateau": "factor", "ConstantLR": "factor", "LinearLR": "start_factor"}


def _milestones(case: Case) -> Finding | None:
    """``MultiStepLR(opt, milestones=30)``."""
    call = class_call(case, _MODULE)
    node = call.argument("milestones") if call is not None and call.name == "MultiStepLR" else None
    if call is None or node is None or type(case.value(node)) is not int:
        return None
    listed = f"[{case.text(node)}]"
    said = gettext(
        "milestones is a list of the epochs after which the learning rate becomes smaller, even if it is one: "
        "milestones={listed}.",
        listed=listed,
    )
    return Finding(said, verified(case, Candidate(call.with_text(node, listed))))


def _function(case: Case) -> Finding | None:
    """``LambdaLR(opt, 0.95)``."""
    call = class_call(case, _MODULE)
    node = call.argument("lr_lambda") if call is not None else None
    if call is None or node is None or type(case.value(node)) not in (int, float):
        return None
    number = case.text(node)
    said = gettext(
        "lr_lambda is a function that {scheduler} calls with the number of the epoch, and here it is the number "
        "{number}.",
        scheduler=call.said,
        number=number,
    )
    if call.name == "LambdaLR":
        factor = gettext(
            "Its result is the factor for the first learning rate: lambda epoch: {number} ** epoch multiplies by "
            "{number} once more in each epoch.",
            number=number,
        )
        return Finding(
            f"{said} {factor}", verified(case, Candidate(call.with_text(node, f"lambda epoch: {number} ** epoch")))
        )
    return Finding(said, verified(case, Candidate(call.with_text(node, f"lambda epoch: {number}"))))


def _factor(case: Case) -> Finding | None:
    """``factor=10``, ``start_factor=0.0``."""
    call = class_call(case, _MODULE)
    name = "end_factor" if "Ending" in case.message else _FACTORS.get(call.name, "") if call is not None else ""
    node = call.argument(name) if call is not None and name else None
    if call is None or node is None:
        return None
    value = case.value(node)
    if type(value) not in (int, float):
        return None
    fields = {"parameter": name, "value": f"{value:g}", "scheduler": call.said}
    if name == "start_factor":
        said = gettext(
            "{parameter} is {value}. The learning rate begins with {parameter} times its value: a number above 0, and "
            "not above 1.",
            **fields,
        )
        return Finding(said)
    said = gettext(
        "{parameter} is {value}. {scheduler} multiplies the learning rate by it, to make it smaller: a number from 0 "
        "to 1.",
        **fields,
    )
    if value > 1 and isinstance(node, ast.Constant) and name == "factor":
        share = f"{1 / value:g}"
        divide = gettext("Divided by {value} is {parameter}={share}.", **fields, share=share)
        return Finding(f"{said} {divide}", verified(case, Candidate(call.with_text(node, share))))
    return Finding(said)


def _whole(case: Case) -> Finding | None:
    """``steps_per_epoch=len(data) / 32``."""
    call, name = class_call(case, _MODULE), case.match["name"]
    node = call.argument(name) if call is not None else None
    if call is None or node is None:
        return None
    value, source = case.value(node), case.site.source
    if type(value) not in (int, float):
        return None
    said = gettext(
        "{parameter} is {value}, and {scheduler} takes an integer above 0 for it.",
        parameter=name,
        value=f"{value:g}" if value % 1 or type(value) is int else f"{value:.1f}",
        scheduler=call.said,
    )
    match node:
        case ast.BinOp(left=left, op=ast.Div(), right=right) if not value % 1:
            code = call.with_text(node, f"{operand(source, left)} // {operand(source, right)}")
        case ast.Constant() if not value % 1 and value > 0:
            code = call.with_text(node, str(int(value)))
        case _ if name == "steps_per_epoch":
            loader = gettext("It is the number of batches: with a DataLoader, {parameter}=len(loader).", parameter=name)
            return Finding(f"{said} {loader}")
        case _:
            return Finding(said)
    write = gettext("Write {code}.", code=in_one_line(code, ast.parse(code, mode="eval").body))
    return Finding(f"{said} {write}", verified(case, Candidate(code)))


def _total(case: Case) -> Finding | None:
    call = class_call(case, _MODULE)
    if call is None:
        return None
    given = [each for each in ("epochs", "steps_per_epoch") if call.argument(each) is not None]
    said = gettext(
        "{scheduler} goes up and down once in the whole training, so it needs to know how many steps there are: "
        "total_steps=…, or epochs=… and steps_per_epoch=len(loader).",
        scheduler=call.said,
    )
    if len(given) == 1:
        lacking = "steps_per_epoch" if given == ["epochs"] else "epochs"
        one = gettext("Here {given} is given, and {lacking} is missing.", given=given[0], lacking=lacking)
        return Finding(f"{said} {one}")
    return Finding(said)


def _sequence(case: Case) -> Finding | None:
    """``SequentialLR(opt, [warm, cosine], milestones=[5, 20])``."""
    call = class_call(case, _MODULE)
    if call is None:
        return None
    schedulers, milestones = int(case.match["schedulers"]), int(case.match["milestones"])
    said = ngettext(
        "A milestone is the epoch at which the next scheduler takes over: {count} scheduler has {needed} milestones, "
        "and here are {milestones}.",
        "A milestone is the epoch at which the next scheduler takes over: for {count} schedulers there is one "
        "milestone less, {needed}, and here are {milestones}.",
        schedulers,
        needed=schedulers - 1,
        milestones=milestones,
    )
    node = call.argument("milestones")
    if not isinstance(node, ast.List) or milestones != schedulers or milestones < 2:
        return Finding(said)
    return Finding(said, _first_only(call, node))


def _first_only(call: ClassCall, node: ast.List) -> tuple[Fix, ...]:
    """The milestones without the last one, which is the end of the training where they rise."""
    values = [each.value for each in node.elts if isinstance(each, ast.Constant) and type(each.value) is int]
    if len(values) != len(node.elts) or values != sorted(values) or values[0] == 0:
        return ()
    return verified(call.case, Candidate(call.with_text(node, str(values[:-1]))))


_MORE = "modules/scheduler"

BEFORE = (
    "saving.location",
    "modules.network_call",
    "arrays.assigned",
    "data.split",
    "python.called",
    "modules.buffers",
    "optimizers.optimizer",
    "optimizers.scheduler",
    "python.truth",
)

RULES = (
    Rule("milestones", ("TypeError",), r"^'int' object is not iterable", _milestones, _MORE, only_torch=False),
    Rule(
        "scheduler function",
        ("TypeError",),
        r"^'(?:int|float)' object is not callable|lr_lambda should be a function",
        _function,
        _MORE,
    ),
    Rule(
        "scheduler factor",
        ("ValueError",),
        r"^Factor should be < 1|multiplicative factor expected to be",
        _factor,
        _MORE,
    ),
    Rule(
        "scheduler steps",
        ("ValueError",),
        r"^Expected (?:positive )?integer (?P<name>T_0|T_mult|total_steps|epochs|steps_per_epoch)\b",
        _whole,
        _MORE,
    ),
    Rule("total steps", ("ValueError",), r"must define either total_steps OR", _total, _MORE),
    Rule(
        "scheduler sequence",
        ("ValueError",),
        r"number of schedulers (?P<schedulers>\d+) and the number of milestones to be equal to (?P<milestones>\d+)",
        _sequence,
        _MORE,
    ),
)
