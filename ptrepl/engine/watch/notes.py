"""The notes of the x-ray: what a statement did to a tensor, and what is worth knowing of it. Facts, not words.

``screen.xray_words`` has the words. Whoever asks for a note asks for its type: ``ChangedInPlace() in change.notes``,
``isinstance(note, DtypeWas)``. Imported once torch is loaded, and made after every statement: so the classes share two
bases, as a frozen dataclass of its own for each would take 0.3 ms to define.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Self, TypeAlias, TypeVar

from ptrepl.engine.watch.facts import FACT_NAMES, TensorFacts, Unreadable
from ptrepl.engine.watch.summaries import Setting
from ptrepl.engine.watch.targets import Target

_T = TypeVar("_T")


class _Plain:
    """A note that says all by its type: there is one object of each, so that comparing and hashing cost nothing."""

    __slots__ = ()
    _only: ClassVar[Any]

    def __init_subclass__(cls) -> None:
        cls._only = object.__new__(cls)

    def __new__(cls) -> Self:
        return cls._only  # type: ignore[no-any-return]

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


@dataclass(frozen=True, slots=True)
class _Valued(Generic[_T]):
    """A note with a value; two of one type and value are equal."""

    value: _T


class New(_Plain):
    """It was not there before the statement."""

    __slots__ = ()


class ChangedInPlace(_Plain):
    """Something wrote to it."""

    __slots__ = ()


class Changed(_Plain):
    """A fact of it is another, and nothing wrote to it."""

    __slots__ = ()


class Accumulated(_Plain):
    """``backward`` added to a gradient that was there."""

    __slots__ = ()


class Cleared(_Plain):
    """A gradient that was there is None."""

    __slots__ = ()


class RequiresGrad(_Plain):
    """A leaf that requires grad, and has not been known to."""

    __slots__ = ()


class NotContiguous(_Plain):
    """Its elements do not lie in memory in the order of its indexes."""

    __slots__ = ()


class HasNan(_Plain):
    """Some element is nan."""

    __slots__ = ()


class HasInf(_Plain):
    """Some element is inf or -inf."""

    __slots__ = ()


class SameAsBefore(_Plain):
    """The name was bound to the very tensor that it stood for: ``x = x.to("cpu")`` may copy nothing."""

    __slots__ = ()


class NotRegistered(_Plain):
    """Parts of a module that ``parameters()`` does not find."""

    __slots__ = ()


class Inference(_Plain):
    """Made in inference mode: autograd will never take part in anything that is made of it."""

    __slots__ = ()


class Switched(_Valued[bool]):
    """Modules inside another one that were put into training mode (True), or out of it: their path says which."""

    __slots__ = ()


class GotShapes(_Plain):
    """Parameters of lazy modules, which have sizes now."""

    __slots__ = ()


class HasValue(_Valued[str]):
    """The number that stands in a tensor of one number without dims, in the digits that tell it from its neighbours."""

    __slots__ = ()


class TotalValues(_Valued[int]):
    """How many elements all parameters have together."""

    __slots__ = ()


class NewParts(_Valued[tuple[tuple[str, str, str], ...]]):
    """What came into a container: the path, the shape and the dtype of each."""

    __slots__ = ()


class Unregistered(_Valued[tuple[str, str, int]]):
    """What a module holds so that ``parameters()`` does not find it: "layer" or "parameter", in what, how many."""

    __slots__ = ()


class NoLongerIn(_Valued[Target]):
    """Parameters of an optimizer that the module there had, and has no more."""

    __slots__ = ()


class SameObject(_Valued[Target]):
    """It is the very tensor, container or module that stands there too."""

    __slots__ = ()


class SharesMemory(_Valued[Target]):
    """It has bytes in common with the tensor that stands there."""

    __slots__ = ()


class ShapeWas(_Valued[tuple[int | str, ...] | Unreadable]):
    """This note and those below have the fact as it was before the statement, as ``TensorFacts`` has it."""

    __slots__ = ()


class StridesWas(_Valued[tuple[int, ...]]):
    """In elements. Told of a tensor whose shape is as it was: another shape has other strides anyway."""

    __slots__ = ()


class DtypeWas(_Valued[str | Unreadable]):
    """``dtype was int64``: the dtype before."""

    __slots__ = ()


class DeviceWas(_Valued[str | Unreadable]):
    """``device was cpu``: the device before."""

    __slots__ = ()


class GradFnWas(_Valued[str | Unreadable | None]):
    """``grad_fn was None``: the operation that made it before."""

    __slots__ = ()


class IsLeafWas(_Valued[bool | Unreadable]):
    """``is_leaf was True``: whether it was a leaf before."""

    __slots__ = ()


class RequiresGradWas(_Valued[bool | Unreadable]):
    """``requires_grad was False``: whether it required grad before."""

    __slots__ = ()


class SettingWas(_Valued[Setting]):
    """A setting of an optimizer or a DataLoader, as it was."""

    __slots__ = ()


GroupEvent: TypeAlias = New | ChangedInPlace | Changed | Accumulated | Cleared | GotShapes | NoLongerIn | Switched
"""What happened to a gradient, or to parts of a container that changed alike."""

_FactWas: TypeAlias = ShapeWas | DtypeWas | DeviceWas | GradFnWas | IsLeafWas | RequiresGradWas

Note: TypeAlias = (
    GroupEvent
    | RequiresGrad
    | NotContiguous
    | HasNan
    | HasInf
    | SameAsBefore
    | NotRegistered
    | Inference
    | HasValue
    | TotalValues
    | NewParts
    | Unregistered
    | SameObject
    | SharesMemory
    | StridesWas
    | _FactWas
    | SettingWas
)

_WAS: dict[str, type[_FactWas]] = {
    "shape": ShapeWas,
    "dtype": DtypeWas,
    "device": DeviceWas,
    "grad_fn": GradFnWas,
    "is_leaf": IsLeafWas,
    "requires_grad": RequiresGradWas,
}


def facts_that_were(old: TensorFacts, new: TensorFacts, names: tuple[str, ...] = FACT_NAMES) -> list[Note]:
    """A note for each of the facts ``names`` that is not as it was."""
    return [_WAS[name](was) for name in names if (was := getattr(old, name)) != getattr(new, name)]
