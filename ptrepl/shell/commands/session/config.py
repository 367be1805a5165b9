"""``%config``: the settings, where each comes from, and changing one for this session."""

from __future__ import annotations

from collections.abc import Callable

from ptrepl.errors import UsageError
from ptrepl.screen.line import Line
from ptrepl.screen.paragraphs import told
from ptrepl.screen.wrap import columns
from ptrepl.settings.config import KEYS, Key, parse_value, toml_text
from ptrepl.shell.commands.look.xray import xray
from ptrepl.shell.commands.session.device import use_device
from ptrepl.shell.context import Settings, ShellContext
from ptrepl.shell.effective_settings import FROM_SESSION, source_text
from ptrepl.shell.interrupts import interruptible
from ptrepl.texts.messages import gettext

_KEYS = {key.name: key for key in KEYS}


def config(context: ShellContext, arguments: str) -> None:
    """``%config [KEY [VALUE]]``"""
    name, _, text = arguments.strip().partition(" ")
    text = text.strip().removeprefix("=").strip()
    printer, settings = context.printer, context.settings
    if not name:
        printer.lines(config_lines(settings, KEYS, printer.width))
        return
    name, _, rest = name.partition("=")
    text = text or rest
    if not text:
        key = _KEYS.get(name)
        if key is None:
            parse_value(name, "")  # says what there is
            return
        printer.lines(config_lines(settings, [key], printer.width))
        printer.lines(told(f"{gettext(key.summary)} {gettext(key.wants)}", printer.width))
        return
    value = parse_value(name, text)
    line = f"{name} = {toml_text(value)}"
    if name not in _CHANGES:
        raise UsageError(
            gettext(
                "{name} is read when ptrepl starts. Write this line into {file}: {line}",
                name=name,
                file=settings.file,
                line=line,
            )
        )
    _CHANGES[name](context, str(value))
    setattr(settings, name, value)
    settings.sources[name] = FROM_SESSION
    said = gettext("To keep it, write this line into {file}: {line}", file=settings.file, line=line)
    printer.lines(told(said, printer.width, "dim"))


def _seed(context: ShellContext, text: str) -> None:
    from ptrepl.shell.loader import seed_everything

    with interruptible():
        context.session.ready()
    seed_everything(int(text))
    context.printer.lines(told(gettext("The random numbers start again from this seed."), context.printer.width))


def _traps(context: ShellContext, text: str) -> None:
    if text == "True":
        said = gettext("ptrepl points out again what ran but was probably not meant.")
    else:
        said = gettext("ptrepl no longer points out what ran but was probably not meant.")
    context.printer.lines(told(said, context.printer.width))


def _theme(context: ShellContext, name: str) -> None:
    context.printer.use_theme(name)


def _images(context: ShellContext, name: str) -> None:
    """Nothing else depends on it: each figure is drawn as the setting says then."""


_CHANGES: dict[str, Callable[[ShellContext, str], None]] = {
    "xray": xray,
    "device": use_device,
    "seed": _seed,
    "traps": _traps,
    "theme": _theme,
    "images": _images,
}


def config_lines(settings: Settings, keys: list[Key] | tuple[Key, ...], width: int | None = None) -> list[Line]:
    """One row a setting: its name, its value, where it comes from; then the file."""
    rows = [(key.name, toml_text(getattr(settings, key.name)), source_text(settings, key.name)) for key in keys]
    longest, widest, last = (max(map(columns, column)) for column in zip(*rows, strict=True))
    lines: list[Line] = []
    for name, value, source in rows:
        if width is not None and longest + widest + last + 4 > width:
            fits = columns(f"{name}  {value}") <= width
            lines += [(("key", name), ("", f"  {value}"))] if fits else [(("key", name),), (("", f"  {value}"),)]
            lines.append((("dim", f"  {source}"),))
        else:
            gap = " " * (widest - columns(value) + 2)
            lines.append((("key", f"{name:<{longest}}  "), ("", value + gap), ("dim", source)))
    return [*lines, *told(gettext("file: {file}", file=settings.file), width, "dim")]
