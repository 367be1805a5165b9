"""What the tutor says → Markdown, which a notebook shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ptrepl.screen.line import harmless
from ptrepl.texts.messages import gettext, ngettext
from ptrepl.tutor.play import say

_SIGNS: dict[say.Mood, str] = {"good": "✅", "bad": "❌", "note": "➤", "fault": "⚠️"}


def says_markdown(said: Iterable[say.Say]) -> str:
    """Paragraphs in the order in which they are said; "" for nothing."""
    return "\n\n".join(part for each in said for part in _parts(each))


def _parts(each: say.Say) -> Iterator[str]:
    match each:
        case say.Title(lesson, minutes, steps):
            about = ngettext("{count} step", "{count} steps", steps)
            if minutes:
                about = ngettext(
                    "{count} step, about {minutes} minutes", "{count} steps, about {minutes} minutes", steps,
                    minutes=minutes,
                )  # fmt: skip
            yield f"## {harmless(lesson)}\n\n*{about}*"
        case say.Heading(title, number, total):
            yield f"---\n\n### {number}/{total} · {harmless(title)}"
        case say.AuthorText(text):
            yield harmless(text)
        case say.Learned(text):
            yield _quoted(harmless(text))
        case say.CodeBlock(source, name):
            named = f"*{harmless(name)}*\n\n" if name else ""
            yield f"{named}{_fenced(source)}"
        case say.Options(items):
            yield "\n".join(f"- **{letter}** {_in_item(harmless(text))}" for letter, text in items)
        case say.Instruction(text):
            yield f"<small>{harmless(text)}</small>"
        case say.Feedback(text, mood):
            yield f"{_SIGNS[mood]} {harmless(text)}"
        case say.ProgressReport(lesson, rows, ahead):
            yield "\n".join((f"**{harmless(lesson)}**\n", *_table(rows)))
            if ahead:
                yield f"<small>{harmless(ahead)}</small>"
        case say.Data(text):
            yield _fenced(text, "json")
        case say.RunDemo():
            return


def _table(rows: Iterable[say.ReportRow]) -> Iterator[str]:
    yield "| | | | |\n|---|---|---|---|"
    for number, row in enumerate(rows, 1):
        here = "➤" if row.here else ""
        due = gettext("due for review") if row.due else ""
        yield f"| {here} {number} | {row.status} | `{row.id}` {harmless(row.title)} | {due} |"


def _fenced(source: str, language: str = "python") -> str:
    fence = "```"
    while fence in source:
        fence += "`"
    return f"{fence}{language}\n{harmless(source)}\n{fence}"


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def _in_item(text: str) -> str:
    return text.replace("\n", "\n  ")
