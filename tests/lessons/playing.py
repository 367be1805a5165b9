"""Plays one answer at a step of a shipped lesson, as typed at the prompt: was it taken, and what was said?

``python -m tests.lessons.playing FILE.jsonl [STEP-PREFIX…]`` prints each row: judged rightly or not, and the
words. A row is ``{"step": "autograd/your-own", "right": false, "inputs": ["y = x ** 3", …]}``; what else stands in it
is only shown. Inputs are typed one after another; at a question, each is an answer.
"""

from __future__ import annotations

import builtins
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ptrepl.engine.outcome import Outcome
from ptrepl.screen.explanation import explanation_lines
from ptrepl.screen.line import plain
from ptrepl.shell.commands.dispatch import is_command, parse_command
from ptrepl.shell.teaching import teach
from ptrepl.tutor.play.run import LESSON_COMMANDS
from ptrepl.tutor.play.say import Feedback, Instruction, Say
from tests.tutor.lessons import Player
from tests.tutor.trying import player_of


@dataclass(frozen=True)
class Played:
    """What became of it. ``said``: the lesson's words on what was typed; ``explained``: the program's on errors.

    ``errors``: what was raised, each with its message; ``advice``: notes on how to go on.
    """

    accepted: bool
    said: tuple[str, ...]
    explained: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """All that the lesson said, in one text."""
        return " ".join(self.said)


def play(step: str, inputs: str | Sequence[str]) -> Played:
    """Begin at ``step``, such as ``autograd/clear``, and type ``inputs`` one after another until they are taken."""
    lesson, _, name = step.rpartition("/")
    player = player_of(lesson)
    teach(player.session, lambda: True, player.run.unbound)
    player.begin_work(name)
    said: list[Say] = []
    outcomes: list[Outcome] = []
    accepted = False
    for text in [inputs] if isinstance(inputs, str) else inputs:
        if is_command(text):
            command = parse_command(text)
            assert command is not None
            if command.name in LESSON_COMMANDS:  # the others only show something
                said += player.command(command.name, command.arguments)
            continue
        player.outcomes = []
        asked = player.run.mode == "answer"
        heard = player.type(text)
        outcomes += player.outcomes
        said += heard
        accepted = _taken(player, heard, asked=asked)
        if player.run.mode == "continue":
            break
    sys.modules.pop("learner", None)
    builtins.__dict__.pop("_", None)
    return Played(
        accepted,
        tuple(each.text for each in said if isinstance(each, Feedback)),
        tuple(text for outcome in outcomes for text in _explained(outcome)),
        tuple(f"{each.error.type_name}: {each.error.message}" for each in outcomes if each.error is not None),
        tuple(each.text for each in said if isinstance(each, Instruction)),
    )


def _taken(player: Player, heard: Iterable[Say], *, asked: bool) -> bool:
    moods = [each.mood for each in heard if isinstance(each, Feedback)]
    return "good" in moods if asked else player.run.mode == "continue" and "fault" not in moods


def _explained(outcome: Outcome) -> list[str]:
    told = list(outcome.traps)
    if outcome.explanation is not None:
        told.append("\n".join(map(plain, explanation_lines(outcome.explanation, None))))
    return told


def rows_of(path: Path) -> list[dict[str, Any]]:
    """The rows of a file of answers."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def judged(row: Mapping[str, Any]) -> tuple[bool, Played]:
    """Whether the row was judged as its author says, and what was said."""
    played = play(row["step"], row["inputs"])
    return played.accepted is bool(row["right"]), played


def _show(path: str, *prefixes: str) -> None:
    rows = [row for row in rows_of(Path(path)) if not prefixes or row["step"].startswith(prefixes)]
    wrongly = silent = 0
    for row in rows:
        well, played = judged(row)
        wrongly += not well
        mute = not row["right"] and not (played.said or played.explained)
        silent += mute
        print(f"{'' if well else 'MISJUDGED  '}{'MUTE  ' if mute else ''}{row['step']}  right={row['right']}", end="")
        print(f"  {row['why']}" if row.get("why") else "")
        for text in [row["inputs"]] if isinstance(row["inputs"], str) else row["inputs"]:
            print("    >>> " + text.replace("\n", "\n    ... "))
        for kind, texts in (("error", played.errors), ("explained", played.explained), ("said", played.said)):
            for each in texts:
                print(f"    {kind}: " + each.strip("\n").replace("\n", "\n        "))
    print(f"{len(rows)} answers, {wrongly} misjudged, {silent} wrong ones without a word")


if __name__ == "__main__":
    _show(*sys.argv[1:])
