"""``opt.load_state_dict(saved)``: the state of an optimizer for other parameters, or no state of an optimizer."""

from __future__ import annotations

import ast
from typing import Any

from ptrepl.engine.watch.kinds import type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.operands.checkpoint_file import is_regular_file, read_on_meta
from ptrepl.explain.operands.library_frame import locals_of
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.operands.state import is_plain_dict, listed, shapes_of_dict
from ptrepl.explain.rewrite import postfix, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.rules.saving.other_parameters import told_of_parameters
from ptrepl.texts.messages import gettext, ngettext


def _parts(case: Case) -> tuple[ast.Call, str, ast.expr, str, Any, Any] | None:
    """The call, the text of the optimizer, the argument and its text, and both objects."""
    held = locals_of(case, "load_state_dict", "torch/optim/optimizer.py")
    match case.node:
        case ast.Call(func=ast.Attribute(attr="load_state_dict", value=value), args=[argument, *_]) if held:
            optimizer = case.called(value, type_name(held["self"]))
            return case.node, optimizer, argument, operand_text(case, argument), held["self"], held["state_dict"]
    return None


def _groups(case: Case) -> Finding | None:
    """The parameters are others, or they are grouped in another way."""
    parts, held = _parts(case), locals_of(case, "load_state_dict", "torch/optim/optimizer.py")
    own: Any = held.get("groups")
    saved: Any = held.get("saved_groups")
    if parts is None or type(own) is not list or type(saved) not in (list, tuple):
        return None
    _, optimizer, argument, given, held_by, _ = parts
    if len(own) != len(saved):
        text = ngettext(
            "{given} is the state of an optimizer with {count} parameter group, and {optimizer} has {own}. To go on "
            "with that training, make {optimizer} with the same groups as the one that was saved. To train other "
            "parameters from here on, leave {optimizer}.load_state_dict out: {optimizer} begins anew.",
            "{given} is the state of an optimizer with {count} parameter groups, and {optimizer} has {own}. To go on "
            "with that training, make {optimizer} with the same groups as the one that was saved. To train other "
            "parameters from here on, leave {optimizer}.load_state_dict out: {optimizer} begins anew.",
            len(saved),
            given=given,
            optimizer=optimizer,
            own=len(own),
        )
        return Finding(text)
    for mine, theirs in zip(own, saved, strict=True):
        if not (is_plain_dict(mine) and is_plain_dict(theirs)):
            return None
        ours, others = mine.get("params"), theirs.get("params")
        if type(ours) is list and type(others) is list and len(ours) != len(others):
            counts = ngettext(
                "{given} is the state of an optimizer of {count} parameter, and {optimizer} has {own}.",
                "{given} is the state of an optimizer of {count} parameters, and {optimizer} has {own}.",
                len(others),
                given=given,
                optimizer=optimizer,
                own=len(ours),
            )
            why = told_of_parameters(case, argument, held_by, len(ours), len(others))
            same = gettext(
                "To go on with that training, {optimizer} has to get the parameters that were trained then.",
                optimizer=optimizer,
            )
            without = gettext("To train others, leave this line out: {optimizer} begins anew.", optimizer=optimizer)
            return Finding(" ".join((counts, why or same, without)))
    return None


def _is_state(value: Any) -> bool:
    return is_plain_dict(value) and {"state", "param_groups"} <= value.keys()


def _no_groups(case: Case) -> Finding | None:
    """A state dict of a network, or a checkpoint that holds the optimizer's under one of its keys."""
    parts = _parts(case)
    if parts is None or not is_plain_dict(parts[5]):
        return None
    node, optimizer, argument, given, _, held = parts
    source = case.site.source
    keys = [key for key, each in held.items() if type(key) is str and _is_state(each)]
    if keys:
        text = gettext(
            "{given} is a checkpoint, a dict with the keys {keys}. The state of the optimizer is the one under {key}.",
            given=given,
            keys=listed([str(key) for key in held], 6),
            key=f'"{keys[0]}"',
        )
        fix = Candidate(spliced(source, node, {argument: postfix(source, argument, f'["{keys[0]}"]')}))
        return Finding(text, verified(case, fix))
    if shapes_of_dict(held) is not None:
        text = gettext(
            "{given} is the state dict of a network: names and tensors. {optimizer} takes what "
            "{optimizer}.state_dict() gives, which has to be saved as well.",
            given=given,
            optimizer=optimizer,
        )
        return Finding(text)
    text = gettext(
        "{given} has the keys {keys}. The state of an optimizer has the keys state and param_groups.",
        given=given,
        keys=listed([str(key) for key in held], 6),
    )
    return Finding(text)


def _no_dict(case: Case) -> Finding | None:
    """The name of a file, or None."""
    parts = _parts(case)
    if parts is None:
        return None
    node, optimizer, argument, given, _, held = parts
    if type(held) is not str:
        text = gettext(
            "{given} is of type {type}. {optimizer}.load_state_dict takes the dict that {optimizer}.state_dict() gave.",
            given=given,
            type=type_name(held),
            optimizer=optimizer,
        )
        return Finding(text)
    text = gettext(
        "{given} is the name of a file, and {optimizer}.load_state_dict takes the state itself: torch.load(path) reads "
        "it from a file.",
        given=given,
        optimizer=optimizer,
    )
    if not is_regular_file(held):
        return Finding(text)
    source, inside = case.site.source, read_on_meta(held)
    load = f"torch.load({segment(source, argument)})"
    inner = inside.items() if is_plain_dict(inside) else ()
    texts = [load] if _is_state(inside) else [f'{load}["{key}"]' for key, each in inner if _is_state(each)]
    return Finding(text, verified(case, *(Candidate(spliced(source, node, {argument: each})) for each in texts)))


BEFORE = ("modules.subclass", "data.sample_index")

RULES = (
    Rule(
        "optimizer groups",
        ("ValueError",),
        r"loaded state dict (contains a parameter group that doesn't match|has a different number of parameter groups)",
        _groups,
        more="saving/optimizer-state",
    ),
    Rule("optimizer state", ("KeyError",), r"^'param_groups'$", _no_groups, more="saving/optimizer-state"),
    Rule(
        "optimizer state",
        ("AttributeError",),
        r"^'(str|NoneType|method|list|tuple|Linear|Sequential|PosixPath)' object has no attribute 'copy'",
        _no_dict,
        more="saving/optimizer-state",
    ),
)
