"""What a step says stays as it is, its check looks at: other numbers, another dtype, a leaf that requires grad."""

from __future__ import annotations

import re

import pytest

from ptrepl.tutor.format.lesson import Prose, Role, Step
from tests.lessons.playing import play
from tests.shares import share_of
from tests.tutor.trying import shipped

PROMISE = re.compile(r"((?:`\w+`,? ?(?:and )?)+),? ?(?:which |itself )?stays?\b")
LESSONS = ("autograd", "data", "debugging", "debugging-silent", "indexing")
CHANGES = ("{name} = {name} + 1", "{name} = {name}.double()", "{name} = {name}.float().clone().requires_grad_()")


def promises(lesson: str) -> list[tuple[str, str]]:
    """(step, name) of each tensor of the setup that the text of a task says stays."""
    found = []
    for step in shipped(lesson).steps:
        text = " ".join(" ".join(block.text for block in step.blocks if isinstance(block, Prose)).split())
        setup = " ".join(code.source for code in step.codes(Role.SETUP))
        for names in PROMISE.findall(text) if step.codes(Role.SOLUTION) else ():
            found += [
                (f"{lesson}/{step.id}", name)
                for name in re.findall(r"`(\w+)`", names)
                if re.search(rf"^{name} = torch\.", setup, re.M)
            ]
    return found


def solution(step: Step) -> str:
    return step.codes(Role.SOLUTION)[0].source


PROMISED = [each for lesson in LESSONS for each in promises(lesson)]


def test_the_promises_are_found() -> None:
    assert {("debugging-silent/data", "levels"), ("debugging/orders", "menu"), ("debugging/orders", "orders")} <= {
        *PROMISED
    }


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize(("step", "name"), share_of({"-".join(each): each for each in PROMISED}, 2))
def test_what_stays_is_looked_at(step: str, name: str, change: str) -> None:
    lesson, _, identifier = step.partition("/")
    (found,) = [each for each in shipped(lesson).steps if each.id == identifier]
    source = solution(found)
    assert play(step, [source]).accepted
    assert not play(step, [f"{source}\n{change.format(name=name)}"]).accepted
