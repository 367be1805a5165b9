"""A learner's module called on copies of its own parameters, so that nothing in it changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ptrepl.texts.messages import gettext
from ptrepl.tutor.check.calling import called, endless, fresh, raising
from ptrepl.tutor.check.verdict import Miss
from ptrepl.tutor.isolation.error_text import error_line, message_of
from ptrepl.tutor.isolation.time_limit import Stopped, TookTooLong
from ptrepl.tutor.isolation.torch_api import is_tensor_value, method, own


@dataclass(frozen=True, slots=True)
class ModuleState:
    """The parameters and buffers of a module by their names."""

    parameters: dict[str, Any]
    buffers: dict[str, Any]

    @property
    def all(self) -> dict[str, Any]:
        return {**self.parameters, **self.buffers}

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        """Of the parameters, in order."""
        return [tuple(method("size", each)) for each in self.parameters.values()]


def module_state(module: Any, name: str) -> ModuleState:
    """Raises Miss about ``name`` where the module was never set up or has no shapes yet."""
    cls = own().Module
    try:
        parts = ModuleState(dict(cls.named_parameters(module)), dict(cls.named_buffers(module)))
        # a lazy parameter has no shape before the first call
        assert all(shape is not None for shape in parts.shapes)
    except Stopped:
        raise
    except BaseException as error:
        if isinstance(error, AttributeError) and "_parameters" in message_of(error):
            message = gettext("`{name}` is not set up; its __init__ must begin with super().__init__().", name=name)
            raise Miss(message, name) from None
        message = gettext("The parameters of `{name}` cannot be read: {error}", name=name, error=error_line(error))
        raise Miss(message, name) from None
    return parts


def suited(arguments: tuple[Any, ...], parts: ModuleState) -> tuple[Any, ...]:
    """The arguments in the floating dtype and on the device of the module: neither was asked for."""
    first = next((each for each in parts.parameters.values() if method("is_floating_point", each)), None)
    if first is None:
        return arguments
    dtype, device = first.dtype, first.device
    return tuple(
        method("to", each, device=device, dtype=dtype if method("is_floating_point", each) else each.dtype)
        if is_tensor_value(each)
        else each
        for each in arguments
    )


def call_module(module: Any, parts: dict[str, Any], arguments: tuple[Any, ...], label: str, name: str) -> Any:
    """What ``module`` gives for copies of ``arguments`` with copies of ``parts``; Miss about ``name`` if it raises."""
    copies = {key: fresh(value) for key, value in parts.items()}
    try:
        return called(own().functional_call, module, copies, tuple(fresh(argument) for argument in arguments))
    except TookTooLong:
        raise Miss(endless(label), name) from None
    except Stopped:
        raise
    except BaseException as error:
        raise Miss(raising(label, error), name) from None
