"""``--doctor``: versions, devices, the terminal, folders and lessons, and what is wrong with each."""

from __future__ import annotations

from collections.abc import Iterator

from ptrepl.error_log import Log
from ptrepl.screen.line import Line, text_line
from ptrepl.screen.printer import Printer
from ptrepl.shell.doctor.facts import MachineFacts, Terminal

_COLUMN = 16
_NARROW = 60


def show_report(*, plain: bool = False) -> int:
    """Print the report; always 0: something wrong is an answer, not a failure."""
    from ptrepl.shell.doctor.gather import gather

    Printer(plain=plain).lines(report(gather()))
    return 0


def report(environment: MachineFacts) -> list[Line]:
    """The whole report, one fact a line, then a line for each thing that is wrong."""
    lines: list[Line] = []
    for heading, facts in _sections(environment):
        lines.append(text_line(heading, "title"))
        lines += [(("dim", f"  {name:<{_COLUMN}}"), ("", text)) for name, text in facts]
    wrong = list(problems(environment))
    if not wrong:
        return [*lines, text_line("Nothing is wrong.", "good")]
    return [*lines, text_line("What is wrong", "title"), *(text_line(f"  {line}", "bad") for line in wrong)]


def _sections(found: MachineFacts) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    yield (
        "Versions",
        [
            ("ptrepl", found.version),
            ("Python", f"{found.python}  {found.executable}"),
            ("system", found.system),
            *((name, version or "not installed") for name, version in found.packages),
        ],
    )
    yield "Devices", list(_devices(found))
    yield "Terminal", list(_terminal(found.terminal))
    yield (
        "Files",
        [
            ("state", found.state.path + ("" if found.state.writable else "  (cannot be written)")),
            *((("configuration", found.config),) if found.config else ()),
            *((("errors of ours", _own_errors(found.own_errors)),) if found.own_errors is not None else ()),
            ("lessons", ", ".join(found.lessons) or "none"),
        ],
    )


def _own_errors(log: Log) -> str:
    if not log.entries:
        return f"{log.path}  (none)"
    counted = "1 entry" if log.entries == 1 else f"{log.entries} entries, the last"
    return f"{log.path}  ({counted} of {log.last})"


def _devices(found: MachineFacts) -> Iterator[tuple[str, str]]:
    torch = found.torch
    if torch.failure:
        yield "none", "torch cannot be imported"
        return
    for device in torch.devices:
        yield device.name, device.description or "usable"
    why = "the accelerator that torch found" if torch.default not in ("cpu", "") else "torch found no accelerator"
    yield "default", f"{torch.default}  ({why})"
    yield "torch built for", torch.built_for


def _terminal(terminal: Terminal) -> Iterator[tuple[str, str]]:
    yield "input", "a terminal" if terminal.reads_keys else "no terminal: statements are read without a prompt"
    yield "output", "a terminal" if terminal.shows_text else "no terminal: nothing is wrapped or coloured"
    yield "TERM", (terminal.term or "not set") + "".join(f", in {each}" for each in terminal.around)
    if terminal.shows_text:
        yield "size", f"{terminal.columns} columns, {terminal.rows} rows"
    yield "colours", _colours(terminal)
    yield "encoding", terminal.encoding
    yield "paste", _paste(terminal)


def _colours(terminal: Terminal) -> str:
    if terminal.no_color:
        return "none: NO_COLOR is set"
    if not terminal.shows_text or _is_dumb(terminal):
        return "none"
    if terminal.colorterm in ("truecolor", "24bit"):
        return "16 million; ptrepl uses the 16 of the terminal's own palette"
    count = "256" if "256" in terminal.term else "16"
    return f"{count}; ptrepl uses the 16 of the terminal's own palette"


def _paste(terminal: Terminal) -> str:
    if not terminal.reads_keys or not terminal.shows_text or _is_dumb(terminal):
        return "line by line"
    # the Linux console learned it in 2025 only, and nothing but a paste tells whether a terminal marks one
    return "line by line, perhaps" if terminal.term == "linux" else "probably in one piece (bracketed paste)"


def _is_dumb(terminal: Terminal) -> bool:
    return terminal.term in ("", "dumb")


def problems(found: MachineFacts) -> Iterator[str]:
    """What is wrong and what to do about it, one line each."""
    yield from _wrong_packages(found)
    yield from _wrong_devices(found)
    yield from _wrong_terminal(found.terminal)
    if not found.state.writable:
        yield (
            f"History and progress cannot be kept in {found.state.path}. Make the folder writable, or set PTREPL_STATE "
            "to another one."
        )
    yield from found.wrong_config
    if not found.lessons:
        yield "No lessons were found. Install ptrepl again."
    yield from (f"{fault}. Install ptrepl again to have the lesson back." for fault in found.damaged)
    if found.unread_progress:
        yield (
            f"{found.unread_progress} lines of the progress log cannot be read and are left out; the others count, and "
            "there is nothing to do."
        )


def _wrong_packages(found: MachineFacts) -> Iterator[str]:
    for name, version in found.packages:
        if version is None and name not in found.optional:
            yield f"{name} is not installed. Install it with: pip install {name}"
    installed = dict(found.packages).get("torch")
    if found.torch.failure and installed is not None:
        yield (
            f"torch {installed} cannot be imported ({found.torch.failure}). Install it again with: "
            "pip install --force-reinstall torch"
        )


def _wrong_devices(found: MachineFacts) -> Iterator[str]:
    torch = found.torch
    if torch.failure:
        return
    for card in found.graphics_cards:
        if torch.built_for == "cpu":
            yield (
                f"There is a graphics card by {card}, but this torch is built for the CPU alone. Install one that is "
                "built for the card: pytorch.org/get-started tells how."
            )
        elif torch.default == "cpu":
            yield (
                f"There is a graphics card by {card}, but torch, which is built for {torch.built_for}, cannot use it. "
                "Most often the driver is too old: update it."
            )
    for device in torch.devices:
        if device.failure:
            yield f"{device.name} is there but does not compute ({device.failure}). Use --device cpu for now."
    yield from (f"torch warns: {text}" for text in torch.warnings)


def _wrong_terminal(terminal: Terminal) -> Iterator[str]:
    at_terminal = terminal.reads_keys and terminal.shows_text
    if at_terminal and _is_dumb(terminal):
        said = "is not set" if not terminal.term else "is dumb"
        yield f"TERM {said}, so the prompt is a plain one. If the terminal can do more, set TERM=xterm-256color."
    if at_terminal and terminal.columns < _NARROW:
        yield f"The terminal is {terminal.columns} columns wide, so most lines of the x-ray are broken: make it wider."
    if terminal.encoding.lower().replace("-", "") not in ("utf8", "utf8sig"):
        yield (
            f"The output is in {terminal.encoding}, so plain characters stand in for those that ptrepl draws with. Set "
            "PYTHONUTF8=1 if the terminal can show Unicode."
        )
