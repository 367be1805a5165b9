"""``%device``: where ``device`` points, and pointing it elsewhere."""

from __future__ import annotations

from typing import Any

from ptrepl.engine.run.device import available_devices, choose_device
from ptrepl.engine.watch.facts import read
from ptrepl.engine.watch.kinds import is_tensor_class, module_name, type_name
from ptrepl.errors import UsageError
from ptrepl.screen.paragraphs import told
from ptrepl.shell.context import ShellContext
from ptrepl.shell.effective_settings import FROM_SESSION
from ptrepl.shell.interrupts import interruptible
from ptrepl.texts.messages import gettext


def device(context: ShellContext, name: str) -> None:
    """``%device [NAME]``: says which devices there are, or makes ``device`` another one of them."""
    printer = context.printer
    context.need_torch("%device")
    with interruptible():
        if name:
            use_device(context, name)
            return
        found = ", ".join(available_devices())
    now = _name_of(context.session.namespace.get("device"))
    if now:
        said = gettext("device is {device}.", device=now)
    else:
        said = gettext("The name device no longer holds a torch.device; %device NAME sets it again.")
    has = gettext("This machine has {devices}.", devices=found)
    printer.lines(told(f"{said} {has}", printer.width))


def use_device(context: ShellContext, name: str) -> None:
    """Bind ``device`` to it. Raises DeviceError where the machine lacks it, UsageError in a lesson."""
    if context.lesson is not None and not context.lesson.finished:
        raise UsageError(
            gettext("A lesson stays on one device. Leave it, and take it again with: ptrepl --device {name}", name=name)
        )
    chosen = choose_device(name)
    context.session.namespace["device"] = chosen
    context.session.rebase()  # so that the next statement does not seem to have changed it
    context.settings.device, context.settings.sources["device"] = name, FROM_SESSION
    printer = context.printer
    stay = _elsewhere(context.session.namespace, str(chosen))
    printer.lines(told(gettext("device is {device} from now on.", device=chosen), printer.width))
    if stay:
        said = gettext("Tensors made before stay where they are; {name}.to(device) makes a copy there.", name=stay)
        printer.lines(told(said, printer.width))


def _name_of(value: Any) -> str:
    # str() of anything else would be the learner's code
    return str(value) if (module_name(type(value)), type_name(value)) == ("torch", "device") else ""


def _elsewhere(namespace: dict[str, Any], chosen: str) -> str:
    """The first name of a tensor that is on another kind of device; "" if there is none."""
    kind = chosen.partition(":")[0]
    for name, value in list(namespace.items()):
        if is_tensor_class(type(value)) and str(read(value).device).partition(":")[0] != kind:
            return name
    return ""
