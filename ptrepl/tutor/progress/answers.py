"""What the learner answered, from the events of progress. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def answers(events: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    """Lesson → step → the answer that it was passed by, the last one where it was passed more than once.

    ``events`` in the order of the log. A lesson or a step that was reset has none; nor have steps that were passed
    before answers were kept.
    """
    found: dict[str, dict[str, str]] = {}
    for event in events:
        lesson, step, kind = event["lesson"], event["step"], event["event"]
        if kind == "reset" and not step:
            found.pop(lesson, None)
        elif kind == "reset":
            found.get(lesson, {}).pop(step, None)
        elif kind in ("passed", "recalled") and event.get("typed"):
            found.setdefault(lesson, {})[step] = event["typed"]
    return {lesson: steps for lesson, steps in found.items() if steps}
