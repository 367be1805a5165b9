"""The check vocabulary: what the calls in a ``check`` fence do.

Each raises ``Miss`` with a sentence for the learner where something is not so. None compares what it was not told to.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ptrepl.engine.facts import base_attribute, read, torch_functions_off
from ptrepl.tutor.calling import call_text, called_with
from ptrepl.tutor.compare import Wants, compare
from ptrepl.tutor.guard import TookTooLong
from ptrepl.tutor.names import CHECK_WORDS, RAISED, RESULT
from ptrepl.tutor.own import NoCopy, copy_of, is_tensor, method, tensor_from
from ptrepl.tutor.verdict import Last, Miss
from ptrepl.tutor.wording import kind_of, value_text

__all__ = ["Checker"]

_NOT_GIVEN: Any = object()


class Checker:
    """Looks at one namespace. ``seen`` collects what was read, in order."""

    def __init__(self, namespace: Mapping[str, Any], last: Last) -> None:
        self._namespace = namespace
        self._last = last
        self.seen: list[Any] = []

    def vocabulary(self) -> dict[str, Callable[..., None]]:
        """The words of a check and what they do."""
        return {word: getattr(self, word) for word in CHECK_WORDS}

    def tensor(self, name: str, value: Any = None, **wants: Any) -> None:
        """``name`` is a tensor, with the ``value`` and whatever else of ``Wants`` is given."""
        self._compare(f"`{name}`", self._find(name, "a tensor"), _wants(value, wants), name)

    def result(self, value: Any = None, **wants: Any) -> None:
        """The same of the value of the last expression statement."""
        found = self._last.value
        if found is None:
            raise Miss("The last line gave no value; this step wants one.", RESULT)
        expected = _wants(value, wants)
        if is_tensor(found) or expected.value is None or expected.value.shape:
            self._compare("The result", found, expected, RESULT)
        else:
            self._number("The result", found, expected, RESULT)

    def scalar(self, name: str, value: float | None = None, **wants: Any) -> None:
        """``name`` is a single number: a Python or NumPy one, or a tensor of one element in any shape."""
        self._number(f"`{name}`", self._find(name, "a number"), _wants(value, wants), name)

    def grad(self, name: str, value: Any = _NOT_GIVEN, **wants: Any) -> None:
        """``name.grad`` holds ``value``; with ``None`` it is cleared: None or all zeros."""
        tensor = self._find(name, "a tensor")
        label = f"`{name}.grad`"
        if not is_tensor(tensor):
            raise Miss(f"`{name}` is {kind_of(tensor)}; this step wants a tensor.", name)
        facts = read(tensor)
        with torch_functions_off():
            kept = facts.is_leaf is True or base_attribute("retains_grad").__get__(tensor)
            gradient = base_attribute("grad").__get__(tensor) if kept else None
        if value is None:
            self._cleared(label, gradient, name)
            return
        if gradient is None:
            self._see(None)
            if not kept:
                raise Miss(f"`{name}` was made by {facts.grad_fn}, and only a leaf keeps its gradient.", name)
            if not facts.requires_grad:
                raise Miss(f"`{name}` does not require grad, so {label} stays None.", name)
            raise Miss(f"{label} is None so far; a backward pass fills it.", name, unfinished=True)
        expected = _wants(None if value is _NOT_GIVEN else value, wants)
        if expected.value is not None and not expected.value.shape:
            self._number(label, gradient, expected, name)
        else:
            self._compare(label, gradient, expected, name)

    def shares_memory(self, name: str, other: str, shared: bool = True) -> None:
        """Whether two tensors lie in the same storage."""
        pointers = [self._storage(each) for each in (name, other)]
        self._see(pointers[0] == pointers[1])
        if shared and pointers[0] != pointers[1]:
            raise Miss(f"`{name}` has memory of its own; this step wants it to share the memory of `{other}`.", name)
        if not shared and pointers[0] == pointers[1]:
            raise Miss(f"`{name}` shares memory with `{other}`; this step wants it to have memory of its own.", name)

    def raised(self, error: str, about: str = "") -> None:
        """The last statement raised ``error``, with ``about`` in its message where given."""
        self._see((self._last.error, self._last.message.split("\n")[0]))
        if not self._last.error:
            raise Miss(f"The last line ran without an error; this step wants it to raise {error}.", RAISED)
        if self._last.error != error:
            raise Miss(f"The last line raised {self._last.error}; this step wants {error}.", RAISED)
        if about and about not in self._last.message:
            raise Miss(f"That is {error} for another reason; this step wants the one about '{about}'.", RAISED)

    def function(self, name: str, reference: Callable[..., Any], inputs: Iterable[Any], **wants: Any) -> None:
        """``name`` gives what ``reference`` gives for each of ``inputs``: a tuple of arguments, or one argument."""
        function = self._find(name, "a function")
        if not callable(function):
            raise Miss(f"`{name}` is {kind_of(function)}; this step wants a function.", name)
        for given in inputs:
            arguments = given if isinstance(given, tuple) else (given,)
            label = f"`{call_text(name, arguments)}`"
            expected = called_with(reference, arguments)
            try:
                value = called_with(function, arguments)
            except TookTooLong:
                raise Miss(f"{label} does not come to an end; is there a loop in it that never stops?", name) from None
            except (Exception, SystemExit) as error:
                first = str(error).split("\n")[0]
                self._see((type(error).__name__, first))
                raise Miss(f"{label} raises {type(error).__name__}: {first}", name) from None
            self._returned(label, value, expected, wants, name)

    def _returned(self, label: str, value: Any, expected: Any, wants: dict[str, Any], name: str) -> None:
        pairs = [(label, value, expected)]
        if isinstance(expected, (tuple, list)):
            if not isinstance(value, (tuple, list)) or len(value) != len(expected):
                raise Miss(f"{label} gives {kind_of(value)}; this step wants {len(expected)} values.", name)
            pairs = [(f"{label}[{place}]", *pair) for place, pair in enumerate(zip(value, expected, strict=True))]
        for each, found, wanted in pairs:
            if found is None:
                self._see(None)
                raise Miss(f"{each} gives nothing back; does the function end with return?", name)
            if is_tensor(found):
                self._compare(each, found, _wants(wanted, wants), name)
            else:
                self._number(each, found, _wants(wanted, wants), name)

    def _find(self, path: str, what: str) -> Any:
        root, *attributes = path.split(".")
        if root not in self._namespace:
            self._see(None)
            message = f"`{root}` does not exist yet; this step wants {what} of that name."
            raise Miss(message, root, unfinished=True)
        value = self._namespace[root]
        for number, attribute in enumerate(attributes, 1):
            try:
                value = getattr(value, attribute, _NOT_GIVEN)
            except Exception:
                value = _NOT_GIVEN
            if value is _NOT_GIVEN:
                owner = ".".join([root, *attributes[: number - 1]])
                raise Miss(f"`{owner}` has no `{attribute}`; this step wants {what} there.", root)
        return value

    def _compare(self, label: str, value: Any, wants: Wants, name: str) -> None:
        self._see(value)
        if message := compare(label, value, wants):
            raise Miss(message, name.partition(".")[0])

    def _number(self, label: str, value: Any, wants: Wants, name: str) -> None:
        root = name.partition(".")[0]
        if isinstance(value, (str, bytes, list, tuple)) or value is None:
            inside = " The one in it is at [0]." if isinstance(value, (list, tuple)) and len(value) == 1 else ""
            raise Miss(f"{label} is {kind_of(value)}; this step wants a number.{inside}", root)
        try:
            found = value if is_tensor(value) else tensor_from(value)
            count = method("numel", found)
            plain = method("reshape", copy_of(found), ()) if count == 1 else found
        except NoCopy:
            plain = found
        except (TypeError, ValueError, RuntimeError):
            raise Miss(f"{label} is {kind_of(value)}; this step wants a number.", root) from None
        if count != 1:
            raise Miss(f"{label} holds {count} values; this step wants a single number.", root)
        # the number may stand in any shape, and what is asked of the tensor is asked of the learner's own
        self._compare(label, found, dataclasses.replace(wants, value=None), name)
        expected = None if wants.value is None else method("reshape", wants.value, ())
        self._compare(label, plain, Wants(expected, rtol=wants.rtol, atol=wants.atol), name)

    def _cleared(self, label: str, gradient: Any, name: str) -> None:
        self._see(gradient)
        if gradient is None:
            return
        try:
            values = copy_of(gradient)
        except NoCopy:
            return
        if bool(method("any", values)):
            shown = value_text(method("tolist", values)) if method("numel", values) <= 8 else "not zero everywhere"
            raise Miss(f"{label} is {shown}; this step wants it cleared.", name)

    def _storage(self, name: str) -> int:
        tensor = self._find(name, "a tensor")
        if not is_tensor(tensor):
            raise Miss(f"`{name}` is {kind_of(tensor)}; this step wants a tensor.", name)
        try:
            return int(method("untyped_storage", tensor).data_ptr())
        except (RuntimeError, NotImplementedError):
            raise Miss(f"`{name}` has no memory that could be shared.", name) from None

    def _see(self, value: Any) -> None:
        try:
            self.seen.append(copy_of(value, most=10**6) if is_tensor(value) else value)
        except NoCopy as error:
            self.seen.append(str(error))


def _wants(value: Any, wants: Mapping[str, Any]) -> Wants:
    """Raises TypeError for a key that Wants lacks, which is a fault of the lesson."""
    given = dict(wants)
    if "dtype" in given:
        given["dtype"] = str(given["dtype"]).removeprefix("torch.")
    if "device" in given:
        given["device"] = str(given["device"])
    if isinstance(given.get("shape"), Sequence):
        given["shape"] = tuple(given["shape"])
    return Wants(value=None if value is None else tensor_from(value), **given)
