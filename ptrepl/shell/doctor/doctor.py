"""``--doctor``: versions, devices, the terminal, folders and lessons, and what is wrong with each."""

from __future__ import annotations

from collections.abc import Iterator

from ptrepl.error_log import Log
from ptrepl.screen.line import Line, text_line
from ptrepl.screen.paragraphs import told
from ptrepl.screen.printer import Printer
from ptrepl.screen.wrap import columns, fill
from ptrepl.shell.doctor.facts import MachineFacts, Terminal
from ptrepl.texts.messages import gettext, ngettext

_COLUMN = 16
_NARROW = 60


def show_report(*, plain: bool = False) -> int:
    """Print the report; always 0: something wrong is an answer, not a failure."""
    from ptrepl.shell.doctor.gather import gather

    printer = Printer(plain=plain)
    printer.lines(report(gather(), printer.width))
    return 0


def report(environment: MachineFacts, width: int | None = None) -> list[Line]:
    """The whole report, one fact a line, then a line for each thing that is wrong; wrapped to ``width`` columns."""
    lines: list[Line] = []
    sections = list(_sections(environment))
    column = max(_COLUMN, *(columns(name) + 1 for _, facts in sections for name, _ in facts))
    for heading, facts in sections:
        lines.append(text_line(heading, "title"))
        for name, text in facts:
            lines += _fact(f"  {name}" + " " * (column - columns(name)), text, width)
    wrong = list(problems(environment))
    if not wrong:
        return [*lines, text_line(gettext("Nothing is wrong."), "good")]
    lines.append(text_line(gettext("What is wrong"), "title"))
    return [*lines, *(part for line in wrong for part in told(line, width, "bad", "  "))]


def _fact(label: str, text: str, width: int | None) -> list[Line]:
    if width is None:
        return [(("dim", label), ("", text))]
    indent = " " * columns(label)
    first, *more = fill(text, width, indent) or [indent]
    return [(("dim", label), ("", first.removeprefix(indent))), *map(text_line, more)]


def _sections(found: MachineFacts) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    yield (
        gettext("Versions"),
        [
            ("ptrepl", found.version),
            ("Python", f"{found.python}  {found.executable}"),
            (gettext("system"), found.system),
            *((name, version or gettext("not installed")) for name, version in found.packages),
        ],
    )
    yield gettext("Devices"), list(_devices(found))
    yield gettext("Terminal"), list(_terminal(found.terminal))
    state = found.state.path
    yield (
        gettext("Files"),
        [
            (gettext("state"), state if found.state.writable else gettext("{path}  (cannot be written)", path=state)),
            *(((gettext("configuration"), found.config),) if found.config else ()),
            *(((gettext("error log"), _own_errors(found.own_errors)),) if found.own_errors is not None else ()),
            (gettext("lessons"), ", ".join(found.lessons) or gettext("none")),
        ],
    )


def _own_errors(log: Log) -> str:
    if log.problem:
        return gettext("{path}  (cannot be read: {reason})", path=log.path, reason=log.problem)
    if not log.entries:
        return gettext("{path}  (none)", path=log.path)
    return ngettext(
        "{path}  ({count} entry of {time})",
        "{path}  ({count} entries, the last of {time})",
        log.entries,
        path=log.path,
        time=log.last,
    )


def _devices(found: MachineFacts) -> Iterator[tuple[str, str]]:
    torch = found.torch
    if torch.failure:
        yield gettext("none"), gettext("torch cannot be imported")
        return
    for device in torch.devices:
        yield device.name, device.description or gettext("usable")
    if torch.default in ("cpu", ""):
        default = gettext("{device}  (torch found no accelerator)", device=torch.default)
    else:
        default = gettext("{device}  (the accelerator that torch found)", device=torch.default)
    yield gettext("default"), default
    yield gettext("torch built for"), torch.built_for


def _terminal(terminal: Terminal) -> Iterator[tuple[str, str]]:
    if terminal.reads_keys:
        yield gettext("input"), gettext("a terminal")
    else:
        yield gettext("input"), gettext("no terminal: statements are read without a prompt")
    if terminal.shows_text:
        yield gettext("output"), gettext("a terminal")
    else:
        yield gettext("output"), gettext("no terminal: nothing is wrapped or coloured")
    term = terminal.term or gettext("not set")
    for each in terminal.around:
        term = gettext("{terminal}, in {program}", terminal=term, program=each)
    yield "TERM", term
    if terminal.shows_text:
        size = gettext("{columns} columns, {rows} rows", columns=terminal.columns, rows=terminal.rows)
        yield gettext("size"), size
    yield gettext("colours"), _colours(terminal)
    yield gettext("encoding"), terminal.encoding
    yield gettext("paste"), _paste(terminal)


def _colours(terminal: Terminal) -> str:
    if terminal.no_color:
        return gettext("none: NO_COLOR is set")
    if not terminal.shows_text or _is_dumb(terminal):
        return gettext("none")
    if terminal.colorterm in ("truecolor", "24bit"):
        return gettext("16 million; ptrepl uses the 16 of the terminal's own palette")
    count = "256" if "256" in terminal.term else "16"
    return gettext("{count}; ptrepl uses the 16 of the terminal's own palette", count=count)


def _paste(terminal: Terminal) -> str:
    if not terminal.reads_keys or not terminal.shows_text or _is_dumb(terminal):
        return gettext("line by line")
    # the Linux console has it since 2025 only, and nothing but a paste tells whether a terminal marks one
    if terminal.term == "linux":
        return gettext("line by line, perhaps")
    return gettext("probably in one piece (bracketed paste)")


def _is_dumb(terminal: Terminal) -> bool:
    return terminal.term in ("", "dumb")


def problems(found: MachineFacts) -> Iterator[str]:
    """What is wrong and what to do about it, one line each."""
    yield from _wrong_packages(found)
    yield from _wrong_devices(found)
    yield from _wrong_terminal(found.terminal)
    if not found.state.writable:
        yield gettext(
            "History and progress cannot be kept in {path}. Make the folder writable, or set PTREPL_STATE to another "
            "one.",
            path=found.state.path,
        )
    yield from found.wrong_config
    if not found.lessons:
        yield gettext("No lessons were found. Install ptrepl again.")
    yield from (gettext("{fault}. Install ptrepl again to have the lesson back.", fault=each) for each in found.damaged)
    if found.unread_progress:
        yield ngettext(
            "{count} line of the progress log cannot be read and is left out; the others count, and there is nothing "
            "to do.",
            "{count} lines of the progress log cannot be read and are left out; the others count, and there is "
            "nothing to do.",
            found.unread_progress,
        )


def _wrong_packages(found: MachineFacts) -> Iterator[str]:
    for name, version in found.packages:
        if version is None and name not in found.optional:
            yield gettext("{name} is not installed. Install it with: pip install {name}", name=name)
    installed = dict(found.packages).get("torch")
    if found.torch.failure and installed is not None:
        yield gettext(
            "torch {version} cannot be imported ({reason}). Install it again with: pip install --force-reinstall torch",
            version=installed,
            reason=found.torch.failure,
        )


def _wrong_devices(found: MachineFacts) -> Iterator[str]:
    torch = found.torch
    if torch.failure:
        return
    for card in found.graphics_cards:
        if torch.built_for == "cpu":
            yield gettext(
                "There is a graphics card by {maker}, but this torch is built for the CPU alone. Install one that is "
                "built for the card: pytorch.org/get-started says how.",
                maker=card,
            )
        elif torch.default == "cpu":
            yield gettext(
                "There is a graphics card by {maker}, but torch, which is built for {platform}, cannot use it. Most "
                "often the driver is too old: update it.",
                maker=card,
                platform=torch.built_for,
            )
    for device in torch.devices:
        if device.failure:
            yield gettext(
                "{device} is there, but a first computation on it failed ({reason}). Use --device cpu for now.",
                device=device.name,
                reason=device.failure,
            )
    yield from (gettext("torch warns: {warning}", warning=each) for each in torch.warnings)


def _wrong_terminal(terminal: Terminal) -> Iterator[str]:
    at_terminal = terminal.reads_keys and terminal.shows_text
    if at_terminal and _is_dumb(terminal):
        if terminal.term:
            said = gettext("TERM is dumb, so the prompt is a plain one.")
        else:
            said = gettext("TERM is not set, so the prompt is a plain one.")
        advice = gettext("If the terminal can do more, set TERM=xterm-256color.")
        yield f"{said} {advice}"
    if at_terminal and terminal.columns < _NARROW:
        yield gettext(
            "The terminal is {columns} columns wide, so most lines of the x-ray are broken: make it wider.",
            columns=terminal.columns,
        )
    if terminal.encoding.lower().replace("-", "") not in ("utf8", "utf8sig"):
        yield gettext(
            "The output is in {encoding}, so plain characters stand in for those that ptrepl draws with. Set "
            "PYTHONUTF8=1 if the terminal can show Unicode.",
            encoding=terminal.encoding,
        )
