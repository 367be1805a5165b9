"""One look at the learner's namespace: finds what a check names, compares it, and keeps what was read."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from enum import Enum
from typing import Any

from ptrepl.nearest import nearest
from ptrepl.texts.messages import N_, gettext, ngettext
from ptrepl.tutor.check.compare import Wants, compare, range_of
from ptrepl.tutor.check.verdict import Aspect, Last, Miss
from ptrepl.tutor.check.wording import noun_for
from ptrepl.tutor.format.faults import printable
from ptrepl.tutor.isolation.time_limit import Stopped
from ptrepl.tutor.isolation.torch_api import NoCopy, copy_of, is_tensor_value, method, tensor_from


class Sought(Enum):
    """What a check expects under a name, with the sentences for a name and for an attribute that is not there."""

    TENSOR = (
        N_("`{name}` does not exist yet; this step wants a tensor of that name."),
        N_("`{owner}` has no `{attribute}`; this step wants a tensor there."),
    )
    NUMBER = (
        N_("`{name}` does not exist yet; this step wants a number of that name."),
        N_("`{owner}` has no `{attribute}`; this step wants a number there."),
    )
    FUNCTION = (
        N_("`{name}` does not exist yet; this step wants a function of that name."),
        N_("`{owner}` has no `{attribute}`; this step wants a function there."),
    )
    MODULE = (
        N_("`{name}` does not exist yet; this step wants a module of that name."),
        N_("`{owner}` has no `{attribute}`; this step wants a module there."),
    )
    TRAINED = (
        N_("`{name}` does not exist yet; this step wants a trained tensor or module of that name."),
        N_("`{owner}` has no `{attribute}`; this step wants a trained tensor or module there."),
    )


_ABSENT: Any = object()
_KEYS = frozenset(field.name for field in dataclasses.fields(Wants)) - {"value", "elsewhere"}
_PLAIN = (bool, int, float, complex)


class Look:
    """What the checks of a step read of the learner's names.

    ``find("net.weight", Sought.TENSOR)`` gives the value or raises Miss, whose message is for the learner; ``compare``
    and ``number`` raise Miss where a value is not as the step wants it. ``seen`` collects what was read, in order: by
    it a known mistake is recognised. ``about`` is the name that was looked at last.
    """

    def __init__(self, namespace: Mapping[str, Any], last: Last) -> None:
        self._namespace = namespace
        self.last = last
        self.seen: list[Any] = []
        self.about = ""

    @property
    def names(self) -> Set[str]:
        """The names that the learner has."""
        return self._namespace.keys()

    @property
    def namespace(self) -> Mapping[str, Any]:
        """The learner's names and what they hold."""
        return self._namespace

    @contextmanager
    def hiding(self, names: Iterable[str]) -> Iterator[None]:
        """Take ``names`` away from the learner's code for a while."""
        namespace = self._namespace
        if not isinstance(namespace, dict):
            yield
            return
        taken = {name: namespace.pop(name) for name in names if name in namespace}
        try:
            yield
        finally:
            namespace.update(taken)

    def value_of(self, name: str) -> Any:
        """What stands under a name; KeyError where nothing does."""
        return self._namespace[name]

    def is_where(self, names: Mapping[str, Any]) -> bool:
        """Whether that is the namespace of the learner's own code."""
        return names is self._namespace

    def find(self, path: str, sought: Sought) -> Any:
        """The value of ``net.weight``. Raises Miss where it is absent; ``sought``: what the step wants there."""
        root, *attributes = path.split(".")
        self.about = root
        if root not in self._namespace:
            self.see(None)
            raise Miss(gettext(sought.value[0], name=root), root, unfinished=True)
        value = self._namespace[root]
        for number, attribute in enumerate(attributes, 1):
            try:
                value = getattr(value, attribute, _ABSENT)
            except Stopped:
                raise
            except BaseException:  # of a property
                value = _ABSENT
            if value is _ABSENT:
                owner = ".".join([root, *attributes[: number - 1]])
                raise Miss(gettext(sought.value[1], owner=owner, attribute=attribute), root)
        return value

    def compare(self, label: str, value: Any, wants: Wants, name: str) -> None:
        """Raises Miss with the sentence about the first thing of ``value`` that is not as wanted.

        Of numbers drawn at random only the range is kept: a known mistake draws others.
        """
        chance = (wants.min, wants.max, wants.drawn_from, wants.mean, wants.spread, wants.normal)
        drawn = wants.value is None and chance != (None,) * len(chance)
        self.see(range_of(value) if drawn and is_tensor_value(value) else value)
        if message := compare(label, value, wants):
            raise Miss(message, name.partition(".")[0], aspect=_aspect(label, value, wants, message))

    def number(self, label: str, value: Any, wants: Wants, name: str) -> None:
        """The same for a single number: a Python or NumPy one, or a tensor of one element in any shape.

        Where ``wants`` has several values, it is a tensor that is wanted.
        """
        root = name.partition(".")[0]
        if wants.value is not None and method("numel", wants.value) != 1:
            self.compare(label, value, wants, name)
            return
        if issubclass(type(value), (str, bytes, list, tuple)) or value is None:
            inside = type(value) in (list, tuple) and len(value) == 1
            where = (gettext("The one in it is at [0]."),) if inside else ()
            raise Miss(" ".join((_not_a_number(label, value), *where)), root)
        asked = (wants.requires_grad, wants.leaf, wants.device, wants.dtype if type(value) in _PLAIN else None)
        if not is_tensor_value(value) and asked != (None,) * len(asked):
            message = gettext("{name} is {kind}; this step wants a tensor.", name=label, kind=noun_for(value))
            raise Miss(message, root)
        try:
            found = value if is_tensor_value(value) else tensor_from(value)
            count = method("numel", found)
            plain = method("reshape", copy_of(found), ()) if count == 1 else found
        except NoCopy:
            plain = found
        except OverflowError:
            raise Miss(_too_large(label), root) from None
        except (TypeError, ValueError, RuntimeError):
            if type(value) is int:
                raise Miss(_too_large(label), root) from None
            raise Miss(_not_a_number(label, value), root) from None
        if count != 1:
            raise Miss(_several(label, count), root)
        # the number may stand in any shape, and what is asked of the tensor is asked of the learner's own
        self.compare(label, found, dataclasses.replace(wants, value=None), name)
        expected = None if wants.value is None else method("reshape", wants.value, ())
        self.compare(label, plain, Wants(expected, rtol=wants.rtol, atol=wants.atol), name)

    def text(self, label: str, value: Any, wanted: str, name: str) -> None:
        """The same for a text."""
        self.see(value)
        root = name.partition(".")[0]
        if not isinstance(value, str):
            message = gettext("{name} is {kind}; this step wants a string.", name=label, kind=noun_for(value))
            raise Miss(message, root)
        if value != wanted:
            message = gettext(
                "{name} is {value}; this step wants {wanted}.",
                name=label,
                value=repr(printable(value)),
                wanted=repr(wanted),
            )
            raise Miss(message, root, aspect="values")

    def see(self, value: Any) -> None:
        """Keep ``value``, a tensor as a copy, to recognise known mistakes by."""
        try:
            self.seen.append(copy_of(value, most=10**6) if is_tensor_value(value) else value)
        except NoCopy as error:
            self.seen.append(str(error))


def spelled(path: str) -> str:
    """``net.0.weight`` as it is typed: ``net[0].weight``."""
    return re.sub(r"\.(\d+)(?=\.|$)", r"[\1]", path)


def _aspect(label: str, value: Any, wants: Wants, message: str) -> Aspect:
    if message == compare(label, value, Wants(requires_grad=wants.requires_grad)):
        return "requires_grad" if is_tensor_value(value) else ""
    shape = wants.shape if wants.value is None else tuple(wants.value.shape)
    rest = dataclasses.replace(
        wants, value=None, shape=shape, min=None, max=None, drawn_from=None, mean=None, spread=None, normal=None
    )
    return "values" if compare(label, value, rest) is None else ""


def _not_a_number(label: str, value: object) -> str:
    return gettext("{name} is {kind}; this step wants a number.", name=label, kind=noun_for(value))


def _too_large(label: str) -> str:
    return gettext("{name} is too large a number for this step.", name=label)


def _several(label: str, count: int) -> str:
    return ngettext(
        "{name} holds {count} value; this step wants a single number.",
        "{name} holds {count} values; this step wants a single number.",
        count,
        name=label,
    )


def wants_of(value: Any, wants: Mapping[str, Any]) -> Wants:
    """Raises TypeError for a key that Wants lacks, which is a fault of the lesson."""
    given = dict(wants)
    for key in given.keys() - _KEYS:
        close = nearest(key, _KEYS)
        if close:
            raise TypeError(gettext("no check knows {key}=; did you mean {close}=?", key=key, close=close))
        raise TypeError(gettext("no check knows {key}=", key=key))
    if "dtype" in given:
        given["dtype"] = str(given["dtype"]).removeprefix("torch.")
    if "device" in given:
        given["device"] = str(given["device"])
    if isinstance(given.get("shape"), Sequence):
        given["shape"] = tuple(given["shape"])
    if "drawn_from" in given:
        given["drawn_from"] = tuple(given["drawn_from"])
    return Wants(value=None if value is None else tensor_from(value), **given)
