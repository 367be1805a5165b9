"""What ``%watch`` follows → a few words for the bar."""

from __future__ import annotations

from ptrepl.engine.pinned import Pinned, PinnedModule, PinnedNumber, PinnedObject, PinnedTensor
from ptrepl.engine.watch.facts import Unreadable, shape_text
from ptrepl.screen.figures.numbers import short_number
from ptrepl.screen.line import harmless
from ptrepl.texts.messages import gettext


def pinned_text(label: str, found: Pinned | None) -> str:
    """``loss 0.0421 v0``, ``w (3,) norm 1.2 grad 0.5 v2``; ``loss –`` where there is no such name (``None``)."""
    match found:
        case None:
            facts = ["–"]
        case PinnedNumber(value):
            facts = [_number_text(value)]
        case PinnedObject(name):
            facts = ["None" if name == "NoneType" else harmless(name)]
        case PinnedModule():
            facts = [harmless(found.type), *_norms(found)]
        case PinnedTensor():
            facts = [] if isinstance(found.shape, Unreadable) or not found.shape else [shape_text(found.shape)]
            if found.value is not None:
                facts.append(_number_text(found.value))
            facts += _norms(found)
            if found.version is not None:
                facts.append(gettext("v{version}", version=found.version))
    return " ".join([harmless(label), *facts])


def _norms(found: PinnedTensor | PinnedModule) -> list[str]:
    norms = []
    if found.norm is not None:
        norms.append(gettext("norm {norm}", norm=short_number(found.norm)))
    if found.gradient is not None:
        norms.append(gettext("grad {norm}", norm=short_number(found.gradient)))
    return norms


def _number_text(value: complex) -> str:
    return str(value) if type(value) in (bool, complex) else short_number(value.real)
