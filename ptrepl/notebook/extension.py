"""``%load_ext ptrepl`` and ``%unload_ext ptrepl``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from ptrepl.engine.explanation import Explanation
from ptrepl.engine.outcome import Outcome
from ptrepl.error_log import none_if_it_fails
from ptrepl.notebook.cells import Cells, RunCell
from ptrepl.notebook.commands import Commands
from ptrepl.notebook.lessons import Lessons, tells_of_the_mistake
from ptrepl.notebook.magics import Magics
from ptrepl.notebook.shown import in_terminal, show_cell, show_says, show_svg
from ptrepl.settings.config_file import load_config_in_its_language
from ptrepl.shell.teaching import teach
from ptrepl.tutor.play.run import LESSON_COMMANDS

_CODE_BEHIND = ("%time ", "%timeit ", "%%time\n", "%%timeit\n", "%%capture\n")
"""Magics that run what stands behind them: it may be an answer."""


class Extension:
    """ptrepl in one shell of IPython's."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        config = load_config_in_its_language().values
        self._xray = str(config.get("xray", "line"))
        self.traps = bool(config.get("traps", True))
        self._cells = Cells(shell, self._begins, self._told)
        session = self._cells.session
        session.watching = self._xray != "off"
        session.with_cards = self._xray == "full"
        self._commands = Commands(session, self, lambda: None if in_terminal(shell) else partial(show_svg, shell))
        language = config.get("language")
        self._lessons = Lessons(
            session,
            show=partial(show_says, shell),
            run_cell=lambda source: shell.run_cell(source, store_history=False),
            next_cell=shell.set_next_input,
            command=self._commands.run,
            progress=lambda arguments: self._commands.give(f"progress {arguments}"),
            language=language if isinstance(language, str) else None,
        )
        teach(session, lambda: self.traps, self._lessons.unbound)
        session.explainer = _once_torch_is_there(session.explainer)
        self._magics = Magics(shell, self._functions())

    @property
    def xray(self) -> str:
        """How much is shown of each tensor: off, line or full."""
        return self._xray

    @xray.setter
    def xray(self, mode: str) -> None:
        self._xray = mode
        session = self._cells.session
        session.watching, session.with_cards = mode != "off", mode == "full"
        session.rebase()

    def passed(self, step: str) -> bool:
        """As ``Lessons.passed``."""
        return self._lessons.passed(step)

    def begin(self) -> None:
        """From the next cell on."""
        self._cells.begin()
        self._magics.install()

    def end(self) -> None:
        """IPython is as it was before ``begin``."""
        self._magics.remove()
        self._lessons.close()
        self._cells.end()

    def _functions(self) -> Mapping[str, Callable[[str], None]]:
        lessons = self._lessons
        of_lessons = {name: partial(lessons.command, name) for name in LESSON_COMMANDS}
        return {
            **of_lessons,
            "lesson": lessons.lesson,
            "next": lessons.next,
            "answer": lessons.answer,
            "at": lessons.at,
            "pt": self._commands.run,
        }

    def _begins(self, cell: RunCell) -> None:
        none_if_it_fails("beginning a cell of a lesson", lambda: self._lessons.begins(cell.raw))  # not a sentence: log

    def _told(self, cell: RunCell) -> None:
        said = self._lessons.ran(_attempts(cell.outcomes))
        outcomes = cell.outcomes
        if tells_of_the_mistake(said):
            outcomes = [replace(each, explanation=None, advice=()) for each in outcomes]
        show_cell(self._shell, [self._fitting(each) for each in outcomes], self._xray)
        self._lessons.tell(said)

    def _fitting(self, outcome: Outcome) -> Outcome:
        """Without fixes of which it is known that the step refuses them."""
        why = outcome.explanation
        if why is None:
            return outcome
        fixes = tuple(fix for fix in why.fixes if not self._lessons.fails(fix.code))
        return replace(outcome, explanation=replace(why, fixes=fixes))


def _once_torch_is_there(
    explain: Callable[[BaseException], Explanation | None] | None,
) -> Callable[[BaseException], Explanation | None]:
    """``explain``, which works with torch; of a cell that cannot be read it needs none."""

    def explainer(error: BaseException) -> Explanation | None:
        if explain is None or ("torch" not in sys.modules and not isinstance(error, SyntaxError)):
            return None
        return explain(error)

    return explainer


def _attempts(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Those that ran code of the learner's, each with the code that it ran."""
    found = []
    for outcome in outcomes:
        source = outcome.source
        for magic in _CODE_BEHIND:
            source = source.removeprefix(magic)
        if not source.lstrip().startswith(("%", "!", "?")):
            found.append(replace(outcome, source=source))
    return found


_loaded: dict[int, Extension] = {}
"""Shells, by their ``id``: an attribute of theirs would be a trace."""


def loaded_in(shell: Any) -> Extension | None:
    """The extension in ``shell``; None where it is not loaded."""
    return _loaded.get(id(shell))


def load_into(shell: Any) -> None:
    """Once a shell: IPython itself does not load what is loaded."""
    if id(shell) not in _loaded:
        _loaded[id(shell)] = Extension(shell)
        _loaded[id(shell)].begin()


def unload_from(shell: Any) -> None:
    """Does nothing where it is not loaded."""
    extension = _loaded.pop(id(shell), None)
    if extension is not None:
        extension.end()
