"""An error report → lines: all of the learner's frames, those of libraries folded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby

from ptrepl.engine.outcome import ErrorReport, Frame
from ptrepl.screen.line import Line, harmless, text_line
from ptrepl.screen.wrap import columns, fill
from ptrepl.texts.messages import ngettext

_LISTED = re.compile(r"\s+\* \(|\s+didn't match because|\t")
"""What torch lists under a message: signatures, why each does not fit, the keys of a state dict."""
_BY_NAME = re.compile(r"^(\s+\* \(.*?\*,) .*\)$")
"""A line of torch's list of signatures: ``*`` comes before the arguments that are given by name alone."""
_REGISTERED = re.compile(r"\w+: (?:fallthrough )?registered at \S+ \[[\w ]+\]$")
"""One of the lines, a hundred of them, that torch writes under an operation which a backend lacks."""
_SAME = 3
"""Repeats of one line of a recursion that are shown, as in CPython's own traceback."""


def error_lines(
    report: ErrorReport, width: int | None = None, *, folded: bool = True, place_follows: bool = False
) -> list[Line]:
    """The traceback as Python lays it out; ``folded`` hides the frames inside libraries.

    ``width``: columns of the terminal, at which a long message is broken between its words; None to break nothing.
    ``place_follows``: the learner's innermost line is shown after the message, so that it and what it called are left
    out here.
    """
    if not folded:
        return [text_line(line) for line in report.text.rstrip("\n").split("\n")]
    return list(_lines(_without_place(report) if place_follows else report, width))


def _without_place(report: ErrorReport) -> ErrorReport:
    own = [index for index, frame in enumerate(report.frames) if frame.learner]
    return replace(report, frames=report.frames[: own[-1]]) if own else report


def _lines(report: ErrorReport, width: int | None) -> Iterator[Line]:
    if report.earlier is not None and not _is_inner(report.earlier, report):
        yield from _lines(report.earlier, width)
        yield ()
        if report.link == "cause":
            direct = (
                "The above exception was the direct cause of the following exception:"  # not a sentence: Python's own
            )
            yield text_line(direct)
        else:
            during = (
                "During handling of the above exception, another exception occurred:"  # not a sentence: Python's own
            )
            yield text_line(during)
        yield ()
    if report.frames:
        yield text_line("Traceback (most recent call last):", "dim")  # not a sentence: Python's own
    for mine, group in groupby(report.frames, key=lambda frame: frame.learner):
        frames = list(group)
        yield from _learner_frames(frames) if mine else _folded(frames)
    yield from final_lines(report, width)


def _is_inner(earlier: ErrorReport, report: ErrorReport) -> bool:
    """Whether a library raised ``earlier`` to itself, and raised the same again: there is nothing new in it."""
    same = (earlier.type_name, earlier.message) == (report.type_name, report.message)
    return same and earlier.earlier is None and not any(frame.learner for frame in earlier.frames)


def _learner_frames(frames: list[Frame]) -> Iterator[Line]:
    for _, repeats in groupby(frames, key=lambda frame: (frame.filename, frame.lineno, frame.function)):
        same = list(repeats)
        for frame in same[:_SAME]:
            for number, line in enumerate(frame.text.rstrip("\n").split("\n")):
                line = harmless(line)
                yield text_line(line, "dim" if number == 0 else "bad" if _is_marker(line) else "")
        if len(same) > _SAME:
            left = len(same) - _SAME
            times = "times" if left > 1 else "time"
            repeated = f"  [Previous line repeated {left} more {times}]"  # not a sentence: Python's own
            yield text_line(repeated, "dim")


def _is_marker(line: str) -> bool:
    return bool(line.strip()) and not line.strip(" ~^")


def _folded(frames: list[Frame]) -> Iterator[Line]:
    libraries = dict.fromkeys(_library(frame.filename) for frame in frames)
    said = ngettext(
        "… {count} frame in {libraries}",
        "… {count} frames in {libraries}",
        len(frames),
        libraries=", ".join(libraries),
    )
    yield text_line(f"  {said}", "dim")


def _library(filename: str) -> str:
    if filename.startswith("<"):
        return filename.strip("<>").split()[0]
    parts = re.split(r"[/\\\\]", filename)
    for folder in ("site-packages", "dist-packages"):
        if folder in parts:
            return parts[parts.index(folder) + 1].removesuffix(".py")
    if filename.endswith((".pyx", ".pxi", ".pxd")):
        return parts[0]
    for index, part in enumerate(parts):
        if re.fullmatch(r"python3\.\d+|Lib", part) and index + 1 < len(parts):
            return parts[index + 1].removesuffix(".py")
    return parts[-1].removesuffix(".py")


def final_lines(report: ErrorReport, width: int | None = None) -> Iterator[Line]:
    """The type and the message, without the traceback above them, broken between words where that is needed.

    What is indented is laid out, and never broken, but for torch's lists of signatures: of one that is too long, what
    is given by name alone is left out. On a terminal the table of torch's dispatcher is counted, not listed.
    """
    before, backends = "", 0
    for given in (report.final or report.text).rstrip("\n").split("\n"):
        if width is not None and _REGISTERED.match(given):
            backends += 1
            continue
        text = given.lstrip("\t")  # a tab is counted as one column, and a terminal makes eight of it
        whole = given if width is None else "    " * (len(given) - len(text)) + text
        if width is None or columns(whole) <= width or (whole[:1].isspace() and not _LISTED.match(given)):
            yield from _final(report, [whole])
            continue
        short = _BY_NAME.sub(r"\1 …)", whole)
        if short == before != whole:
            continue
        before = short
        indent = whole[: len(whole) - len(whole.lstrip())]
        yield from _final(report, fill(short.lstrip(), width, indent, f"{indent}   " if indent else ""))
    if backends:
        said = ngettext(
            "… {count} line on what is registered where: %tb shows it",
            "… {count} lines on what is registered where: %tb shows them",
            backends,
        )
        yield text_line(said, "dim")


def _final(report: ErrorReport, lines: list[str]) -> Iterator[Line]:
    for line in lines:
        if line.startswith(report.type_name):
            yield (("bad", harmless(report.type_name)), ("", line.removeprefix(report.type_name)))
        else:
            line = harmless(line) if line.startswith("  File ") else line
            yield text_line(line, "bad" if _is_marker(line) else "")
