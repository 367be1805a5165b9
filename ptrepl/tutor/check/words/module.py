"""The check word ``module``: what a learner's ``nn.Module`` computes, with whatever numbers it has drawn."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator
from typing import Any

from ptrepl.engine.watch.facts import shape_text
from ptrepl.texts.messages import gettext, ngettext
from ptrepl.tutor.check.calling import call_text
from ptrepl.tutor.check.look import Look, Sought
from ptrepl.tutor.check.modules import call_module, module_state, suited
from ptrepl.tutor.check.verdict import Miss
from ptrepl.tutor.check.wording import noun_for
from ptrepl.tutor.check.words.function import compare_returned
from ptrepl.tutor.isolation.guard import random_state, set_random_state
from ptrepl.tutor.isolation.torch_api import is_module_value, is_tensor_value, method

_MOST_PAIRINGS = 120


def module(
    look: Look,
    name: str,
    reference: Any = None,
    inputs: Iterable[Any] = (),
    *,
    shape: tuple[int, ...] | None = None,
    parameters: int | None = None,
    training: bool | None = None,
    **wants: Any,
) -> None:
    """``name`` is an ``nn.Module``; what else is asked of it is what is given.

    ``reference``: a module that computes the same once it has the learner's own parameters; ``inputs`` are what both
    are called with, each a tuple of arguments or one argument. ``shape``: of what each call gives. ``parameters``: how
    many values they hold together. ``training``: its mode.
    """
    found = look.find(name, Sought.MODULE)
    if not is_module_value(found):
        look.see(type(found).__name__)
        raise Miss(_not_a_module(name, found), name)
    theirs = module_state(found, name)
    if parameters is not None:
        count = sum(method("numel", each) for each in theirs.parameters.values())
        look.see(count)
        if count != parameters:
            message = ngettext(
                "The parameters of `{name}` hold {count} value; this step wants {wanted}.",
                "The parameters of `{name}` hold {count} values; this step wants {wanted}.",
                count,
                name=name,
                wanted=parameters,
            )
            raise Miss(message, name)
    if training is not None and bool(found.training) is not training:
        look.see(bool(found.training))
        mode = f"{name}.train()" if training else f"{name}.eval()"
        message = gettext(
            "`{name}.training` is {value}; this step wants {call}.", name=name, value=found.training, call=mode
        )
        raise Miss(message, name)
    calls = [suited(given if isinstance(given, tuple) else (given,), theirs) for given in inputs]
    pairings = _pairings(look, name, found, reference) if reference is not None else iter(({},))
    first: Miss | None = None
    for pairing in pairings:
        trial = Look({}, look.last)
        try:
            for arguments in calls:
                _compare(trial, name, found, reference, pairing, arguments, shape, wants)
        except Miss as miss:
            first = first or miss
            if len(look.seen) < len(trial.seen):
                look.seen.extend(trial.seen)
        else:
            look.seen.extend(trial.seen)
            return
    if first is not None:
        raise first


def _not_a_module(name: str, found: Any) -> str:
    if isinstance(found, type):
        made = f"{found.__name__}()"
        return gettext(
            "`{name}` is a class; this step wants a module made from it, as in {call}.", name=name, call=made
        )
    return gettext("`{name}` is {kind}; this step wants a module.", name=name, kind=noun_for(found))


def _compare(
    look: Look,
    name: str,
    found: Any,
    reference: Any,
    pairing: dict[str, Any],
    arguments: tuple[Any, ...],
    shape: tuple[int, ...] | None,
    wants: dict[str, Any],
) -> None:
    """Raises Miss where one call does not give what it should."""
    label = f"`{call_text(name, arguments)}`"
    before = random_state()
    value = call_module(found, module_state(found, name).all, arguments, label, name)
    if shape is not None and (not is_tensor_value(value) or tuple(method("size", value)) != tuple(shape)):
        look.see(value)
        raise Miss(_other_shape(label, value, shape_text(tuple(shape))), name)
    if reference is not None:
        set_random_state(before)  # dropout must drop the same ones in both
        expected = call_module(reference, pairing, arguments, label, name)
        compare_returned(look, label, value, expected, wants, name)


def _other_parameters(name: str, shapes: str, wanted: str) -> str:
    if not shapes:
        return gettext("`{name}` has no parameters; this step wants some of shape {wanted}.", name=name, wanted=wanted)
    if not wanted:
        return gettext("`{name}` has parameters of shape {shapes}; this step wants none.", name=name, shapes=shapes)
    return gettext(
        "`{name}` has parameters of shape {shapes}; this step wants {wanted}.", name=name, shapes=shapes, wanted=wanted
    )


def _other_shape(label: str, value: Any, wanted: str) -> str:
    if is_tensor_value(value):
        shape = shape_text(tuple(method("size", value)))
        return gettext(
            "{call} gives shape {shape}; this step wants shape {wanted}.", call=label, shape=shape, wanted=wanted
        )
    return gettext(
        "{call} gives {kind}; this step wants shape {wanted}.", call=label, kind=noun_for(value), wanted=wanted
    )


def _pairings(look: Look, name: str, found: Any, reference: Any) -> Iterator[dict[str, Any]]:
    """The learner's parameters under the reference's names, by shape: in their order first, then in any other.

    Which of two parameters of one shape stands first is nothing that a step asks for. Raises Miss where the shapes
    are not the ones of the reference.
    """
    theirs, wanted = module_state(found, name), module_state(reference, name)
    has, wants = theirs.shapes, wanted.shapes
    look.see(has)
    if sorted(has) != sorted(wants):
        raise Miss(_other_parameters(name, *(", ".join(map(shape_text, each)) for each in (has, wants))), name)
    buffers = {}
    if [tuple(each.shape) for each in theirs.buffers.values()] == [tuple(b.shape) for b in wanted.buffers.values()]:
        buffers = dict(zip(wanted.buffers, theirs.buffers.values(), strict=True))
    reference.train(bool(found.training))
    groups = [
        [n for n, each in theirs.parameters.items() if tuple(each.shape) == shape] for shape in dict.fromkeys(wants)
    ]
    slots = [
        [n for n, each in wanted.parameters.items() if tuple(each.shape) == shape] for shape in dict.fromkeys(wants)
    ]
    several = math.prod(math.factorial(len(group)) for group in groups) <= _MOST_PAIRINGS
    orders = itertools.product(*(itertools.permutations(group) if several else (group,) for group in groups))
    for order in orders:
        pairs = zip(itertools.chain(*slots), itertools.chain(*order), strict=True)
        yield {**buffers, **{slot: theirs.parameters[mine] for slot, mine in pairs}}
