"""The lesson that --new writes, and the examples that CONTRIBUTING gives to whoever goes on from it."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path

import pytest
import torch
from torch import nn

from ptrepl.tutor.check.verdict import Last
from ptrepl.tutor.format.frontmatter import is_identifier
from ptrepl.tutor.format.lesson import Role, StepKind
from ptrepl.tutor.format.parse import parse_lesson
from ptrepl.tutor.names import CHECK_WORDS, check_calls
from ptrepl.tutor.verify.template import lesson_id, template
from ptrepl.tutor.verify.verify import verify
from tests.house.tree import ROOT
from tests.tutor.check.test_checks import verdict

PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
EXAMPLES = next(block for block in re.findall(r"(?s)```python\n(.*?)```", PAGE) if 'tensor("m"' in block)


@pytest.mark.parametrize("stem", ["mine", "My Lesson", "2nd try", "über-tensoren", "日本語", "a" * 90, "---"])
def test_a_new_lesson_passes_every_check_whatever_its_name(stem: str) -> None:
    identifier = lesson_id(stem)
    assert is_identifier(identifier)
    lesson = parse_lesson(template(identifier), f"{stem}.md")
    assert lesson.id == identifier
    if stem == "mine":
        found = verify(lesson, Path("mine.md"), {})
        assert found.passed
        assert found.steps == 4
        assert found.mutants.killed == found.mutants.tried > 20


@pytest.mark.parametrize("words", [StepKind, Role])
def test_the_tables_name_every_kind_of_step_and_every_role(words: type[StrEnum]) -> None:
    rows = re.findall(r"(?m)^\| `(\w+)` \|", PAGE)
    assert {word.value for word in words} <= set(rows)


def examples() -> list[str]:
    found: list[str] = []
    for line in EXAMPLES.strip().split("\n"):
        if line.startswith(" "):
            found[-1] += f"\n{line}"
        else:
            found.append(line)
    return found


@pytest.mark.parametrize("example", examples())
def test_each_example_of_a_check_passes_on_what_it_describes(example: str) -> None:
    m = torch.tensor([[1.0, 2.0]])
    w, v = torch.ones(1, requires_grad=True), torch.ones(1, requires_grad=True)
    (6 * w).backward()
    dice = torch.randint(1, 7, (600,), generator=torch.Generator().manual_seed(0))
    heights = torch.normal(170.0, 10.0, (1000,), generator=torch.Generator().manual_seed(0))
    error = ("RuntimeError", "mat1 and mat2 shapes cannot be multiplied") if "raised" in example else ("", "")
    last = Last(*error, value=torch.tensor([2.0, 4.0]), source="y = a @ b", ran="y = a @ b", printed="0.5\n0.2\n0.05\n")
    found = verdict(
        example,
        last,
        m=m,
        row=m[0],
        w=w,
        v=v,
        total=3,
        x=dice,
        dice=dice,
        heights=heights,
        net=nn.Linear(3, 1),
        Mine=type("Mine", (torch.optim.SGD,), {}),
        mse=lambda a, b: (a.reshape(-1) - b.reshape(-1)).pow(2).mean(),
        weights=torch.tensor([[2.01], [-3.41]]),
    )
    assert found.passed, found


def test_every_word_has_an_example() -> None:
    assert set(CHECK_WORDS) <= {word for word, _ in check_calls(EXAMPLES)}
