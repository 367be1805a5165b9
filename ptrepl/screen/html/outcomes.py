"""The outcomes of a cell → HTML: a table of what changed, what was probably not meant, why it failed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape

from ptrepl.engine.explanation import Explanation, Fix
from ptrepl.engine.outcome import Change, Outcome, TensorChange
from ptrepl.engine.watch.facts import FACT_NAMES
from ptrepl.screen.html.style import CLASS, STYLE
from ptrepl.screen.line import harmless, plain
from ptrepl.screen.xray import MOST_LINES, said_of
from ptrepl.screen.xray_words import note_text, target_text
from ptrepl.texts.messages import gettext

_LONGEST_SOURCE = 60
_CODE = re.compile(r"`([^`]+)`")


def outcomes_html(outcomes: Sequence[Outcome], mode: str = "line") -> str:
    """One block for a cell; "" where there is nothing to show. ``mode``: "off" leaves out the x-ray."""
    parts = []
    changed = [outcome for outcome in outcomes if outcome.changes] if mode != "off" else []
    if changed:
        parts.append(_table(changed, several=len(outcomes) > 1))
    parts += [_careful(text) for outcome in outcomes for text in outcome.traps]
    parts += [_why(outcome.explanation) for outcome in outcomes if outcome.explanation is not None]
    return f'{STYLE}<div class="{CLASS}">{"".join(parts)}</div>' if parts else ""


def _table(outcomes: Iterable[Outcome], *, several: bool) -> str:
    heads = "".join(f"<th>{name}</th>" for name in ("", *FACT_NAMES, ""))
    bodies = "".join(f"<tbody>{''.join(_rows(outcome, several))}</tbody>" for outcome in outcomes)
    kind = ' class="m"' if several else ""
    return f"<table{kind}><thead><tr>{heads}</tr></thead>{bodies}</table>"


def _rows(outcome: Outcome, several: bool) -> Iterator[str]:
    """What a statement changed, its source above where a cell has ``several``."""
    span = len(FACT_NAMES) + 2
    if several:
        source = outcome.source.split("\n")[0]
        cut = source[:_LONGEST_SOURCE] + " …" if len(source) > _LONGEST_SOURCE or "\n" in outcome.source else source
        yield f'<tr><td colspan="{span}" class="s">{_text(cut)}</td></tr>'
    for change in outcome.changes[:MOST_LINES]:
        yield f"<tr>{''.join(_cells(change))}</tr>"
    if len(outcome.changes) > MOST_LINES:
        more = gettext("… and {count} more", count=len(outcome.changes) - MOST_LINES)
        yield f'<tr><td colspan="{span}" class="s">{_text(more)}</td></tr>'


def _cells(change: Change) -> Iterator[str]:
    yield f'<td class="n">{_text(target_text(change.target))}</td>'
    notes = " · ".join(note_text(note) for note in change.notes)
    if isinstance(change, TensorChange):
        yield from (f"<td>{_text(change.facts.text(name))}</td>" for name in FACT_NAMES)
        yield f'<td class="a">{_text(notes)}</td>'
        return
    said = _text("\u2002".join(plain(piece) for piece in said_of(change)))
    noted = f' <span class="a">· {_text(notes)}</span>' if notes else ""
    yield f'<td colspan="{len(FACT_NAMES) + 1}" class="w">{said}{noted}</td>'


def _careful(text: str) -> str:
    label = gettext("careful:")
    return f'<p><span class="a">{_text(label)}</span> {_prose(text)}</p>'


def _why(why: Explanation) -> str:
    """The paragraph, and each fix as code that can be copied."""
    fixes = "".join(f'<div class="f"><pre>{_fix(fix)}</pre></div>' for fix in why.fixes)
    return f"<p>{_prose(why.text)}</p>{_tried(fixes)}"


def _tried(fixes: str) -> str:
    label = gettext("Try:")
    return f"<p>{_text(label)}</p>{fixes}" if fixes else ""


def _fix(fix: Fix) -> str:
    """The code, and what it gives as a comment: whoever copies both can run them."""
    code = _text(fix.whole)
    if not fix.gives:
        return code
    said = f'<span class="s"># {_text(fix.gives)}</span>'
    return f"{said}\n{code}" if "\n" in fix.whole else f"{code}  {said}"


def _prose(text: str) -> str:
    """Sentences in which code stands between backticks."""
    return _CODE.sub(lambda found: f"<code>{found[1]}</code>", _text(text))


def _text(text: str) -> str:
    return escape(harmless(text))
