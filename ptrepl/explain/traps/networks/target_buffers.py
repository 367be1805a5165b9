"""The trap of a target network that gets the parameters of another, and not its running statistics."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from ptrepl.engine.outcome import Status
from ptrepl.engine.watch.facts import torch_functions_off
from ptrepl.engine.watch.kinds import Kind, kind_of, own_dict, type_name
from ptrepl.explain.standins.torch_code import is_torch_class
from ptrepl.explain.traps.loops.train_mode import NORMS
from ptrepl.explain.traps.networks.copies import Copy, copies
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.questions.rounds import loops_round
from ptrepl.explain.traps.reading.passes import is_plain_tensor, modules_in
from ptrepl.explain.traps.reading.place import Place
from ptrepl.explain.traps.reading.reader import Made
from ptrepl.explain.traps.told import Told, told_of
from ptrepl.texts.messages import gettext

_MOST_SEARCHED = 20
_LONGEST = 4_000
_MOST_READ = 1 << 14
_STATISTICS = ("running_mean", "running_var")
_COPY_BUFFERS = ("buffers", "state_dict", "running_", "deepcopy")


def target_without_buffers(noticed: Noticed) -> Iterator[Told]:
    """``for p, tp in zip(online.parameters(), target.parameters()): tp.copy_(p)``, then ``target(states)``."""
    for place in noticed.places:
        for node in place.nodes() if place.certain else ():
            target = place.reader.real(node.func) if isinstance(node, ast.Call) else None
            if type(target) is Made or kind_of(target) is not Kind.MODULE or not _norms_in_eval_mode(target):
                continue
            copy = _copy_to(noticed, place, target)
            if copy is None:
                continue
            online = copy.place.reader.real(copy.online)
            layer = _with_other_statistics(target, online)
            if not layer:
                continue
            names = {"online": copy.place.text(copy.online), "target": copy.place.text(copy.target)}
            text = gettext(
                "Only the parameters of {online} are copied to {target}. The running mean and variance of its {layer} "
                "layers are buffers, and stay what they were: in eval mode {target} normalizes by these.",
                layer=layer,
                **names,
            )
            if copy.whole:
                advice = gettext("Copy all by {target}.load_state_dict({online}.state_dict()).", **names)
            else:
                advice = gettext(
                    "Copy the buffers as well, in a loop over zip({online}.buffers(), {target}.buffers()).", **names
                )
            yield told_of(copy.place, f"{text} {advice}")
            return


def _norms_in_eval_mode(module: Any) -> list[Any]:
    """The batch norms of torch's own that normalize by their running statistics."""
    norms = [each for each in modules_in(module) if type_name(each) in NORMS and is_torch_class(type(each))]
    return [each for each in norms if own_dict(each).get("training") is False]


def _copy_to(noticed: Noticed, call: Place, target: Any) -> Copy | None:
    """The loop that copied to ``target`` before ``call``; None for none, or where buffers may be copied as well."""
    found = _copies_to(noticed.places, target)
    if found:
        if any(word in ast.unparse(each.statement) for each in noticed.places for word in _COPY_BUFFERS):
            return None
        places = [id(each) for each in noticed.places]
        copy = found[-1]
        rounds = {id(each) for each in loops_round(copy.place)} & {id(each) for each in loops_round(call)}
        return copy if rounds or places.index(id(copy.place)) < places.index(id(call)) else None
    for entry in islice(noticed.earlier(), _MOST_SEARCHED):
        if any(word in entry.source for word in _COPY_BUFFERS) or entry.status is not Status.OK:
            return None
        if "zip(" not in entry.source or "parameters()" not in entry.source or len(entry.source) > _LONGEST:
            continue
        tree = ast.parse(entry.source).body[0]
        if isinstance(tree, (ast.For, ast.With)):
            found = _copies_to(noticed.places_of(entry.source, tree), target)
            if found:
                return found[-1]
    return None


def _copies_to(places: Sequence[Place], target: Any) -> list[Copy]:
    return [each for each in copies(places) if each.place.reader.real(each.target) is target]


def _with_other_statistics(target: Any, online: Any) -> str:
    """The class of a layer whose running statistics are not those of the same layer of ``online``; "" for none."""
    if type(online) is Made or kind_of(online) is not Kind.MODULE:
        return ""
    mine, theirs = modules_in(target), modules_in(online)
    if [type_name(each) for each in mine] != [type_name(each) for each in theirs]:
        return ""
    norms = {id(each) for each in _norms_in_eval_mode(target)}
    for one, two in zip(mine, theirs, strict=True):
        if id(one) in norms and not all(
            _is_equal(_statistic(one, each), _statistic(two, each)) for each in _STATISTICS
        ):
            return type_name(one)
    return ""


def _statistic(layer: Any, name: str) -> Any:
    held = own_dict(layer).get("_buffers")
    return held.get(name) if type(held) is dict else None


def _is_equal(one: Any, two: Any) -> bool:
    """Whether both tensors are equal; True as well where that is not looked at."""
    if not is_plain_tensor(one) or not is_plain_tensor(two) or one is two:
        return True
    with torch_functions_off():
        if one.device.type != "cpu" or two.device.type != "cpu" or max(one.numel(), two.numel()) > _MOST_READ:
            return True
        return bool(one.equal(two))
