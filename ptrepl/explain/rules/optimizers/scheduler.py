"""A scheduler of the learning rate: what it is made from, and what its step() takes."""

from __future__ import annotations

import ast
import re
from typing import Any

from ptrepl.engine.watch.facts import read
from ptrepl.engine.watch.kinds import Kind, is_tensor_class, kind_of, module_name, own_dict, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.rewrite import in_one_line, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext, ngettext

_MOST_NAMES = 500
_METRICS = ("val_loss", "valid_loss", "test_loss", "epoch_loss", "train_loss", "loss")
"""Names of what a learning rate is lowered by, the likeliest first."""
_SCORES = ("acc", "score", "auc", "f1", "dice", "iou", "map", "precision", "recall")


def _without_metric(case: Case) -> Finding | None:
    """``scheduler.step()`` of a ReduceLROnPlateau."""
    match case.node:
        case ast.Call(func=ast.Attribute(value=owner, attr="step"), args=[], keywords=[]) as call:
            pass
        case _:
            return None
    name = case.called(owner, gettext("The scheduler"))
    largest = own_dict(case.real(owner)).get("mode") == "max"
    metric = _metric(case, largest=largest)
    text = gettext(
        "{name} is a ReduceLROnPlateau: it lowers the learning rate once a number, such as the loss of the validation "
        "data, no longer improves. So step() takes that number.",
        name=name,
    )
    if metric is None and largest:
        instead = gettext(
            "It was made with mode='max', for a number that is to grow, such as an accuracy: write "
            "{name}.step(accuracy), with the name of yours.",
            name=name,
        )
        return Finding(f"{text} {instead}")
    if metric is None:
        instead = gettext("Write {name}.step(loss), with the name of your loss.", name=name)
        return Finding(f"{text} {instead}")
    real = case.real(ast.Name(metric, ast.Load()))
    given = f"{metric}.item()" if is_tensor_class(type(real)) and read(real).requires_grad else metric
    code = f"{segment(case.site.source, call.func)}({given})"
    instead = gettext("Write {code}.", code=f"{in_one_line(case.site.source, call.func)}({given})")
    return Finding(f"{text} {instead}", verified(case, Candidate(code)))


def _metric(case: Case, *, largest: bool) -> str | None:
    """The name of the one loss that the failing code has at hand; ``largest``: of the one score, which is to grow."""
    scope = case.scope
    held = {**scope.globals, **scope.locals} if case.site.is_nested else {**case.names}
    names = [each for each in [*held][:_MOST_NAMES] if not each.startswith("_") and _is_number(held[each])]
    if largest:
        found = [each for each in names if any(word in each.lower() for word in _SCORES)]
        return found[0] if len(found) == 1 else None
    found = [each for each in names if re.search("val|test|dev", each.lower()) and "loss" in each.lower()]
    if len(found) == 1 and type(held[found[0]]) is float:
        return found[0]
    for word in _METRICS:
        found = [each for each in names if each == word]
        if found:
            return found[0]
    found = [each for each in names if "loss" in each.lower()]
    return found[0] if len(found) == 1 else None


def _is_number(value: Any) -> bool:
    return type(value) is float or (is_tensor_class(type(value)) and tuple(value.shape) == ())


def _resumed(case: Case) -> Finding | None:
    """``StepLR(opt, 30, last_epoch=25)`` with an optimizer that is new."""
    node, source = case.node, case.site.source
    if not isinstance(node, ast.Call):
        return None
    given = next((each for each in node.keywords if each.arg == "last_epoch"), None)
    if given is None or not node.args:
        return None
    optimizer = case.called(node.args[0], gettext("the optimizer"))
    text = gettext(
        "last_epoch={epoch} resumes a training, and for that each parameter group of {optimizer} needs initial_lr, the "
        "learning rate that it began with. Load the saved state of the optimizer before this line, with "
        "{optimizer}.load_state_dict(…), or set it yourself: "
        'for group in {optimizer}.param_groups: group["initial_lr"] = group["lr"].',
        epoch=in_one_line(source, given.value),
        optimizer=optimizer,
    )
    return Finding(text)


def _not_an_optimizer(case: Case) -> Finding | None:
    """``StepLR(net, 10)``, ``StepLR(net.parameters(), 10)``."""
    node = case.node
    if not isinstance(node, ast.Call) or not node.args or not _makes_scheduler(case.real(node.func)):
        return None
    given = node.args[0]
    optimizers = [
        each
        for each, value in [*case.names.items()][:_MOST_NAMES]
        if not each.startswith("_") and kind_of(value) is Kind.OPTIMIZER
    ]
    scheduler = case.called(node.func, gettext("A scheduler"))
    name = case.called(given, gettext("What it was given"))
    text = gettext(
        "{scheduler} changes the learning rate of an optimizer, so it takes the optimizer first. {name} is not "
        "an optimizer.",
        scheduler=scheduler,
        name=name,
    )
    if len(optimizers) != 1:
        return Finding(text)
    return Finding(text, verified(case, Candidate(spliced(case.site.source, node, {given: optimizers[0]}))))


def _makes_scheduler(cls: Any) -> bool:
    return isinstance(cls, type) and module_name(cls).startswith("torch.optim")


def _too_many_steps(case: Case) -> Finding | None:
    """``OneCycleLR`` that was made for fewer steps."""
    match case.node:
        case ast.Call(func=ast.Attribute(value=owner, attr="step")):
            pass
        case _:
            return None
    held = case.real(owner)
    if held is None or not module_name(type(held)).startswith("torch.optim"):
        return None
    total, name = int(case.match.group(2)), case.called(owner, gettext("The scheduler"))
    text = ngettext(
        "{name} was made for {count} step, and step() was called more often. {type} is made for all steps of the "
        "training: with a step after each batch, total_steps is the number of epochs times len(loader).",
        "{name} was made for {count} steps, and step() was called more often. {type} is made for all steps of the "
        "training: with a step after each batch, total_steps is the number of epochs times len(loader).",
        total,
        name=name,
        type=type_name(held),
    )
    return Finding(text)


def _own_step(case: Case) -> Finding | None:
    """A scheduler of the learner's whose ``step(self, epoch)`` torch calls without an argument as it is made."""
    name = case.match["name"]
    frames = [each for each in case.inner_frames if each.f_code.co_qualname.endswith("._initial_step")]
    if not frames or type_name(frames[-1].f_locals.get("self")) != case.match["cls"]:
        return None
    return Finding(
        gettext(
            "While a scheduler is made, torch calls its step() once, without an argument: so {name} needs a default, "
            "def step(self, {name}=None).",
            name=name,
        )
    )


_MORE = "modules/scheduler"

BEFORE = ("modules.subclass", "python.attribute", "data.sample_index", "containers.key")

RULES = (
    Rule(
        "own step",
        ("TypeError",),
        r"^(?P<cls>\w+)\.step\(\) missing 1 required positional argument: '(?P<name>\w+)'",
        _own_step,
        _MORE,
    ),
    Rule(
        "plateau metric",
        ("TypeError",),
        r"ReduceLROnPlateau\.step\(\) missing 1 required positional argument: 'metrics'",
        _without_metric,
        _MORE,
        only_torch=False,
    ),
    Rule("resumed scheduler", ("KeyError",), r"param 'initial_lr' is not specified", _resumed, _MORE),
    Rule(
        "scheduler optimizer",
        ("TypeError", "AttributeError"),
        r"^\w+ is not an Optimizer|object has no attribute 'param_groups'",
        _not_an_optimizer,
        _MORE,
    ),
    Rule(
        "scheduler steps",
        ("ValueError",),
        r"Tried to step (\d+) times\. The specified number of total steps is (\d+)",
        _too_many_steps,
        _MORE,
    ),
)
