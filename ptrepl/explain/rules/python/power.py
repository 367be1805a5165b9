"""``x^3``: in Python ``^`` is exclusive or, and a power is ``**``."""

from __future__ import annotations

import ast
import io
import tokenize

from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.rewrite import segment
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext


def _power(case: Case) -> Finding | None:
    """Every ``^`` of the expression has a whole number behind it, and a side is a floating point number."""
    whole = case.node
    if not isinstance(whole, ast.BinOp) or not isinstance(whole.op, ast.BitXor):
        return None
    for parent in case.parents:
        if not isinstance(parent, ast.BinOp):
            break
        whole = parent
    text = _with_powers(segment(case.site.source, whole))
    if text is None:
        return None
    said = gettext(
        "^ is exclusive or in Python, for bool and for integers. A power is written with **: {code}.", code=text
    )
    return Finding(said, tried(case, [Candidate(text, of=whole)]))


def _with_powers(text: str) -> str | None:
    """The text with ** for each ^; None where one has no whole number behind it."""
    try:
        tokens = [*tokenize.generate_tokens(io.StringIO(f"({text})").readline)]
    except (tokenize.TokenError, IndentationError):
        return None
    places = [at for at, token in enumerate(tokens) if token.string == "^"]
    if "\n" in text or not all(tokens[at + 1].string.isdigit() for at in places):
        return None
    for at in reversed(places):
        column = tokens[at].start[1] - 1
        text = f"{text[:column]}**{text[column + 1 :]}"
    return text


_NUMBER = r"'(?:float|int)'"

BEFORE = ("dtypes.needs_integer", "modules.subclass")

RULES = (
    Rule(
        "power",
        ("NotImplementedError", "RuntimeError", "TypeError"),
        r"\"bitwise_xor_cpu\" not implemented for|"
        rf"unsupported operand type\(s\) for \^: {_NUMBER} and {_NUMBER}",  # not a sentence: a pattern
        _power,
        more="python/power",
    ),
)
