"""Which call the cursor is in, and what stands between its brackets so far: told from the text alone."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from ptrepl.shell.complete.tokens import open_call, read_code


@dataclass(frozen=True, slots=True)
class Call:
    """``function``: its source; ``arguments``: their texts, stripped, the last one as far as it is typed."""

    function: str
    arguments: tuple[str, ...]


def call_at(before: str) -> Call | None:
    """The innermost call that the end of ``before`` is in; None where it is in none, or in a comment."""
    if "(" not in before:
        return None
    code = read_code(before)
    if code.in_comment:
        return None
    for opening in reversed(code.unclosed):
        call = open_call(code, opening)
        if call is not None:
            ends = [(code.tokens[at].start, code.tokens[at].end) for at in call.cuts]
            ends.append((len(before), len(before)))
            arguments = tuple(before[left:right].strip() for (_, left), (right, _) in pairwise(ends))
            return Call(code.source(call.start, opening), arguments)
    return None
