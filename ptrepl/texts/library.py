"""Finds a text of ``ptrepl/texts`` in the learner's language, else in English.

``texts/LANGUAGE/NAME.md`` is a list of sections: a heading with two ``##``, which is the same in every language, and a
text of any length below it. One ``#`` may stand on top. A translation may leave out whatever it has not: the English
section stands in for it.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path

WRITTEN_IN = "en"
_FOLDER = Path(__file__).parent


def section(name: str, heading: str, languages: Sequence[str] = ()) -> str:
    """The text below ``heading`` of the file ``name`` (``errors/shapes``), in the first of ``languages`` that has it.

    ``languages``: folders, the best first; English comes after them by itself. Raises KeyError where English has none.
    """
    for language in languages:
        if (found := sections(name, language).get(heading)) is not None:
            return found
    return sections(name)[heading]


@functools.cache
def sections(name: str, language: str = WRITTEN_IN) -> Mapping[str, str]:
    """Heading → text of one file, in its order; empty where the language has no such file.

    Raises ValueError, with ``path:line: message``, for a file of another form.
    """
    file = _FOLDER / language / f"{name}.md"
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    return parse_sections(text, str(file))


def parse_sections(text: str, path: str) -> dict[str, str]:
    """Heading → text. A ``#`` inside a fence is none. Raises ValueError as ``sections`` does."""
    found: dict[str, list[str]] = {}
    body: list[str] | None = None
    fenced = False
    for number, line in enumerate(text.splitlines(), 1):
        fenced ^= line.startswith("```")
        if line.startswith("## ") and not fenced:
            heading = line.removeprefix("## ").strip()
            if heading in found:
                raise ValueError(f"{path}:{number}: there is a section '{heading}' already")
            body = found[heading] = []
        elif body is not None:
            body.append(line)
        elif line.strip() and not line.startswith("# "):
            raise ValueError(f"{path}:{number}: text before the first heading with two ##")
    if fenced:
        raise ValueError(f"{path}: a fence is never closed")
    empty = [heading for heading, lines in found.items() if not "".join(lines).strip()]
    if empty:
        raise ValueError(f"{path}: the section '{empty[0]}' is empty")
    return {heading: "\n".join(lines).strip() for heading, lines in found.items()}
