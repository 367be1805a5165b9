"""``--device`` → a ``torch.device`` that this machine has."""

from __future__ import annotations

import re
import sys
from typing import Any

from ptrepl.errors import DeviceError
from ptrepl.nearest import nearest
from ptrepl.texts.messages import gettext

DEVICE_KINDS = ("auto", "cpu", "cuda", "mps", "xpu", "meta")


def check_spelling(text: str) -> str:
    """``text`` if it can be a device, as ``cuda`` or ``cuda:1``; needs no torch. Raises DeviceError."""
    match = re.fullmatch(r"([a-z]+)(:\d+)?", text)
    if match is None or match[1] not in DEVICE_KINDS or (match[1] == "auto" and match[2]):
        kind = text.partition(":")[0]
        near = "cuda" if kind == "gpu" else nearest(kind, DEVICE_KINDS)
        kinds = ", ".join(DEVICE_KINDS)
        said = gettext("There is no device '{device}'; choose one of {kinds}.", device=text, kinds=kinds)
        hint = gettext("Did you mean {name}?", name=near) if near else ""
        raise DeviceError(f"{said} {hint}".rstrip())
    return text


def available_devices() -> list[str]:
    """This machine's devices, accelerators first: ``["cuda:0", "cuda:1", "cpu", "meta"]``. torch must be loaded."""
    torch = sys.modules["torch"]
    found = []
    accelerator = torch.accelerator.current_accelerator(check_available=True)
    if accelerator is not None:
        count = torch.accelerator.device_count()
        found = [accelerator.type] if count == 1 and accelerator.type == "mps" else []
        found = found or [f"{accelerator.type}:{index}" for index in range(count)]
    return [*found, "cpu", "meta"]


def choose_device(text: str) -> Any:
    """The ``torch.device`` that ``text`` asks for; ``auto`` is the accelerator if there is one, else the CPU.

    Raises DeviceError, which names the devices that the machine has. torch must be loaded.
    """
    torch = sys.modules["torch"]
    check_spelling(text)
    found = available_devices()
    if text == "auto":
        return torch.device(found[0].partition(":")[0])
    kind, _, index = text.partition(":")
    if any(each == text or (each.partition(":")[0] == kind and index in ("", "0")) for each in found):
        return torch.device(text)
    devices = ", ".join(found)
    raise DeviceError(gettext("This machine has no device '{device}': it has {devices}.", device=text, devices=devices))
