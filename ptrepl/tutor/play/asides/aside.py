"""What can be said of an input whatever the step asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ptrepl.engine.outcome import Outcome
from ptrepl.tutor.format.lesson import CodeFence
from ptrepl.tutor.play.asides.plain_list import list_for_tensor
from ptrepl.tutor.play.asides.typed_keys import typed_key
from ptrepl.tutor.play.asides.uncalled import uncalled


def aside(outcomes: Sequence[Outcome], namespace: Mapping[str, Any], shown: CodeFence | None) -> str:
    """One sentence, or "". ``shown``: the demo that waits to be run."""
    if told := typed_key(outcomes) or list_for_tensor(outcomes, namespace, shown.source if shown is not None else ""):
        return told
    named = uncalled(outcomes, namespace)
    return named.text if named is not None else ""
