"""A ``<details>`` of a lesson: a hint, or a cover over fences that would give the answer away."""

from __future__ import annotations

from dataclasses import dataclass, field

from ptrepl.nearest import nearest
from ptrepl.texts.messages import gettext
from ptrepl.tutor.format.faults import Faults, printable
from ptrepl.tutor.format.lesson import Hint

_ENGLISH = ("hint", "solution")


@dataclass
class Details:
    """One that is still open while the file is read. What it is, is known when it closes."""

    line: int
    summary: str = ""
    text: list[str] = field(default_factory=list)
    holds_code: bool = False

    def close(self, faults: Faults, *, english: bool) -> Hint | None:
        """The Hint that it was, if it was one. A cover may hold nothing but fences, since nothing else is shown.

        ``english``: its summary is one of the words that a lesson in English has for them.
        """
        text = "\n\n".join(part for part in self.text if part)
        word = self.summary.casefold()
        if english and not word.startswith(_ENGLISH) and nearest(self.summary, _ENGLISH) is not None:
            message = gettext("unknown summary '{word}'", word=printable(self.summary))
            faults.unknown(self.line, message, self.summary, ("Hint", "Solution"))
        if not self.summary:
            faults.add(self.line, gettext("<details> needs a <summary>, such as <summary>Hint</summary>"))
        elif self.holds_code:
            if text or word.startswith("hint"):
                faults.add(self.line, gettext("a hint must not stand in one <details> with fences that have a role"))
        elif word.startswith("solution"):
            faults.add(self.line, gettext("there is no fence with the role solution in this <details>"))
        elif not text:
            faults.add(self.line, gettext("this hint is empty"))
        else:
            return Hint(text, self.line)
        return None
