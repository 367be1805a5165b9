"""The check word ``optimizer_class``: an ``Optimizer`` of the learner's own, beside a reference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ptrepl.texts.messages import gettext
from ptrepl.tutor.check.calling import called, endless, fresh, raising
from ptrepl.tutor.check.compare import Wants, same_values
from ptrepl.tutor.check.look import Look, Sought
from ptrepl.tutor.check.verdict import Miss
from ptrepl.tutor.check.wording import noun_for, numbers_text
from ptrepl.tutor.isolation.error_text import error_line
from ptrepl.tutor.isolation.time_limit import Stopped, TookTooLong
from ptrepl.tutor.isolation.torch_api import copy_of, method, own, tensor_from

_Settings = Mapping[str, float]


def optimizer_class(
    look: Look,
    name: str,
    reference: Any,
    *,
    settings: Sequence[_Settings],
    begin: Sequence[Any],
    gradients: Sequence[Sequence[Any]],
    changed: Mapping[int, _Settings] | None = None,
    in_groups: bool = False,
) -> None:
    """``name`` is a subclass of ``Optimizer`` that moves parameters as ``reference`` does.

    One of each is made for each of ``settings``, keyword arguments such as ``{"lr": 0.1}``, with parameters that
    ``begin`` at these values. Then come steps, each with its ``gradients``, one a parameter, None where it has none;
    after each step the parameters must be where the reference has them. ``changed``: by the number of a step, from 1
    on, what is written into the groups before it, as a schedule does. ``in_groups``: each parameter is in a group of
    its own.
    """
    found = look.find(name, Sought.FUNCTION)
    kind = own().torch.optim.Optimizer
    if not isinstance(found, type):
        look.see(type(found).__name__)
        message = gettext("`{name}` is {kind}; this step wants a class.", name=name, kind=noun_for(found))
        raise Miss(message, name)
    if not issubclass(found, kind):
        look.see("no optimizer")
        message = gettext(
            "`{name}` is a class, but not one of {base}; name that in the brackets behind it.",
            name=name,
            base="`torch.optim.Optimizer`",
        )
        raise Miss(message, name)
    for each in settings:
        handed = "groups" if in_groups else "params"
        call = f"`{name}({handed}, {', '.join(f'{key}={value!r}' for key, value in each.items())})`"
        try:
            _walk(look, name, call, (found, reference), each, begin, gradients, changed or {}, in_groups=in_groups)
        except TookTooLong:
            raise Miss(endless(call), name) from None
        except (Miss, Stopped):
            raise
        except BaseException as error:
            look.see(error_line(error))
            raise Miss(raising(call, error), name) from None


def _walk(
    look: Look,
    name: str,
    call: str,
    classes: tuple[Any, Any],
    settings: _Settings,
    begin: Sequence[Any],
    gradients: Sequence[Sequence[Any]],
    changed: Mapping[int, _Settings],
    *,
    in_groups: bool,
) -> None:
    """Raises Miss after the first step that leaves a parameter elsewhere than the reference does."""
    groups = [[method("requires_grad_", tensor_from(value)) for value in begin] for _ in classes]
    optimizers = [
        called(
            lambda make=make, given=[{"params": [each]} for each in params] if in_groups else params: make(
                given, **settings
            )
        )
        for make, params in zip(classes, groups, strict=True)
    ]
    for number, slopes in enumerate(gradients, 1):
        for optimizer, params in zip(optimizers, groups, strict=True):
            for param, slope in zip(params, slopes, strict=True):
                param.grad = None if slope is None else tensor_from(slope)
            for group in optimizer.param_groups:
                group.update(changed.get(number, {}))
        first_again = _from_nothing(classes[1], optimizers[0], groups[0])
        try:
            called(optimizers[0].step)
        except Stopped:
            raise
        except BaseException as error:
            look.see(error_line(error))
            message = gettext(
                "Step {number} of {call} raises {error}", number=number, call=call, error=error_line(error)
            )
            raise Miss(message, name) from None
        optimizers[1].step()
        for mine, wanted, value, slope in zip(*groups, begin, slopes, strict=True):
            if slope is None:
                label = gettext(
                    "After step {number} of {call}, a parameter that began at {start}, without a gradient now,",
                    number=number,
                    call=call,
                    start=numbers_text(value),
                )
            else:
                label = gettext(
                    "After step {number} of {call}, a parameter that began at {start}",
                    number=number,
                    call=call,
                    start=numbers_text(value),
                )
            try:
                look.compare(label, mine, Wants(copy_of(wanted)), name)
            except Miss as miss:
                if number == 1 or not first_again or not _same(groups[0], first_again):
                    raise
                forgets = gettext("It goes as if each step were the first: what it is to keep is not written back.")
                raise Miss(f"{miss} {forgets}", name) from None


def _same(params: Sequence[Any], others: Sequence[Any]) -> bool:
    return all(same_values(copy_of(one), copy_of(other)) for one, other in zip(params, others, strict=True))


def _from_nothing(reference: Any, optimizer: Any, params: Sequence[Any]) -> list[Any]:
    """Where a step of the reference leads from here that has kept nothing of the steps before."""
    copies = [fresh(each) for each in params]
    by_place = {id(each): copy for each, copy in zip(params, copies, strict=True)}
    try:
        groups = [{**each, "params": [by_place[id(one)] for one in each["params"]]} for each in optimizer.param_groups]
        reference(groups).step()
    except Stopped:
        raise
    except Exception:  # the settings of the learner's class are others
        return []
    return copies
