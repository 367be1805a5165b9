"""A signature as a text → its parameters. Takes Python's own form, and that of torch's docstrings and schemas."""

from __future__ import annotations

import re
from dataclasses import dataclass

_STARS = {"": "one", "*": "many", "**": "keywords"}
_PARTS = re.compile(r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|[^'"]""", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Parameter:
    """``text``: as written. ``kind``: "one", "many" (``*args``), "keywords" (``**more``), "mark" (``*`` and ``/``)."""

    text: str
    name: str
    kind: str

    @property
    def optional(self) -> bool:
        """Whether it has a default."""
        return "=" in self.text

    @property
    def short(self) -> str:
        """The text without its annotation: ``bias=True``."""
        name, annotated, rest = self.text.partition(": ")
        if not annotated or "=" in name:
            return self.text
        return name + "=".join(["", *rest.split(" = ")[1:]])


@dataclass(frozen=True, slots=True)
class Signature:
    """``returned``: ``-> Tensor``, or ""."""

    name: str
    parameters: tuple[Parameter, ...]
    returned: str = ""


def parse_signature(text: str) -> Signature | None:
    """``max(input, dim, *, out=None) -> Tensor`` in its parts; None for what is no signature."""
    name, bracket, rest = text.strip().partition("(")
    parts, after = _split(rest)
    if not bracket or after is None or " " in name:
        return None
    return Signature(name, tuple(_parameter(part) for part in parts if part), after.strip())


def _split(inside: str) -> tuple[list[str], str | None]:
    """The parts between the commas that stand in no bracket and no string, and what follows the bracket that ends them.

    None instead of that if none does.
    """
    parts, depth = [""], 0
    for match in _PARTS.finditer(inside):
        piece = match[0]
        depth += (piece in "([{") - (piece in ")]}")
        if depth < 0:
            return [" ".join(part.split()) for part in parts], inside[match.end() :]
        if piece == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += piece
    return parts, None


def _parameter(text: str) -> Parameter:
    # torch escapes the star in some docstrings
    text = text.replace("\\*", "*")
    if text in ("*", "/"):
        return Parameter(text, "", "mark")
    stars = text[: len(text) - len(text.lstrip("*"))]
    # a schema writes the type first: Tensor input
    words = re.findall(r"\w+", re.split(r"[:=]", text)[0])
    return Parameter(text, words[-1] if words else "", _STARS.get(stars, "one"))
