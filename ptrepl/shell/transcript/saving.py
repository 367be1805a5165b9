"""A recording → a script that runs by itself, or a transcript to read. Pure."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from ptrepl.engine.outcome import Status
from ptrepl.engine.run.namespace import ON_DEMAND
from ptrepl.engine.run.source import clean
from ptrepl.screen.line import plain
from ptrepl.shell.transcript.recording import RecordedInput, RecordedOutput
from ptrepl.texts.messages import gettext

_HEAD = """\
import torch
import torch.nn.functional as F
from torch import nn

device = torch.device("{device}")
"""  # not a sentence: code


def as_script(entries: Iterable[RecordedInput], device: str = "cpu", seed: int | None = None) -> str:
    """The statements that ran without an error, after the names that the prompt begins with.

    A command that ran no code, or a file, stands as a comment. ``seed``: what the session was started with.
    """
    parts = [part for entry in entries if (part := _code(entry))]
    future = [part for part in parts if _is_future(part)]
    rest = [part for part in parts if not _is_future(part)]
    head = _HEAD.format(device=device) + (f"torch.manual_seed({seed})\n" if seed is not None else "")
    blocks = ["\n".join(future) + "\n"] if future else []
    blocks.append("".join(f"{line}\n" for line in _imports(rest)) + head)
    return "\n".join([*blocks, *(_spaced(rest))])


def _code(entry: RecordedInput) -> str:
    if not entry.code:
        return "".join(f"# {line}\n" for line in entry.typed.strip().splitlines()).rstrip()
    if entry.ran and entry.succeeded:
        meant = clean(entry.code).strip()
        return meant if _tree(meant) is not None else _statements(entry.ran)
    return _statements(entry.ran)


def _statements(ran: Iterable[RecordedOutput]) -> str:
    return "\n".join(each.outcome.source for each in ran if each.outcome.status is Status.OK)


def _spaced(parts: list[str]) -> Iterator[str]:
    """The parts as they follow each other: those of one line close together, a block apart from what is around it."""
    group: list[str] = []
    for part in parts:
        if "\n" not in part:
            group.append(part)
            continue
        if group:
            yield "\n".join(group) + "\n"
            group = []
        yield part + "\n"
    if group:
        yield "\n".join(group) + "\n"


def _tree(code: str) -> ast.Module | None:
    try:
        return ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _is_future(code: str) -> bool:
    tree = _tree(code)
    return (
        tree is not None
        and bool(tree.body)
        and all(isinstance(each, ast.ImportFrom) and each.module == "__future__" for each in tree.body)
    )


def _imports(parts: Iterable[str]) -> Iterator[str]:
    """What the prompt imported by itself, at the first use of the name."""
    code = _tree("\n".join(parts))
    names = [node for node in ast.walk(code) if isinstance(node, ast.Name)] if code is not None else []
    aliases = {node.asname or node.name for node in ast.walk(code) if isinstance(node, ast.alias)} if code else set()
    for name, module in ON_DEMAND.items():
        used = [node for node in names if node.id == name]
        if used and name not in aliases and all(isinstance(node.ctx, ast.Load) for node in used):
            yield f"import {module} as {name}"


def as_transcript(entries: Iterable[RecordedInput], title: str = "") -> str:
    """Markdown: each input after its prompts, what it printed, its x-ray lines and its error, as on the screen."""
    heading = title or gettext("A ptrepl session")
    parts = [f"# {heading}\n"]
    for entry in entries:
        body = "\n".join(_played(entry))
        fence = "`" * max(3, 1 + max(map(len, re.findall("`+", body)), default=0))
        parts.append(f"{fence}pycon\n{body}\n{fence}\n")
    return "\n".join(parts)


def _played(entry: RecordedInput) -> Iterator[str]:
    typed = [entry.typed] if entry.code in entry.typed else [entry.typed, entry.code]  # %edit runs what was not typed
    for text in typed:
        for number, line in enumerate(text.strip("\n").split("\n")):
            yield (">>> " if number == 0 else "... ") + line
    for ran in entry.ran:
        yield from _result(ran)


def _result(ran: RecordedOutput) -> Iterator[str]:
    if ran.printed:
        yield from re.sub(r"\x1b\[[0-9;?]*[ -/]*[@-~]", "", ran.printed).removesuffix("\n").split("\n")
    outcome = ran.outcome
    if outcome.changes:
        from ptrepl.screen.xray import xray_lines

        yield from map(plain, xray_lines(outcome, None, ran.xray))
    if outcome.error is not None or outcome.traps:
        from ptrepl.screen.explanation import failure_lines, trap_lines

        yield from map(plain, trap_lines(outcome) + failure_lines(outcome))
