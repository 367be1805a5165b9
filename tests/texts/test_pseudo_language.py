"""In the language ``xx`` each sentence of ours is in brackets, longer and with wide characters.

None escapes the brackets, and none is wider than the terminal.

Another screen is another row of ``AT_THE_PROMPT`` or ``WITHOUT_A_PROMPT``.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
import torch
import torch.nn.functional

from ptrepl.engine.run.session import Session
from ptrepl.screen.printer import Printer
from ptrepl.screen.wrap import GUTTER, columns
from ptrepl.shell.context import ShellContext
from ptrepl.shell.glossary import glossary
from ptrepl.shell.repl import Repl
from ptrepl.shell.teaching import teach
from ptrepl.texts.messages import use_language
from ptrepl.tutor.library.shelf import lessons_folder, shelf
from tests.program.screen import program
from tests.program.test_command_line import ptrepl
from tests.program.test_lessons import ANSWERS

WIDTH = 80

AT_THE_PROMPT = {
    "help": ("%help",),
    "errors": ("x = torch.ones(2, 3)", "x @ x", "%explain", "y = x.sum()", "y.backward()", "%explain", "z"),
    "a word of the glossary": ("%help grad_fn",),
    "a command": ("%help %timeit", "%help time", "grad_fn?"),
    "keys": ("%keys",),
    "names": ("%who", "a = torch.ones(2, 3)", "b = a.T", "c = 3", "import math", "%who", "%who -b z*", "%mem"),
    "an object": ("def f(x):\n    return x", "f?", "f??", "len?", "(1, 2)?", "torch.relu?", "f.x?", "g?", "f(1)?"),
    "settings": ("%config", "%config theme", "%config xray full", "%config vi true", "%config traps false"),
    "settings that are none": ("%config x", "%config xray 3", "%config devise"),
    "the x-ray": ("%xray", "%xray off", "%xray all", "%x", "%x torch", "%device", "%device cpu", "%device gpu"),
    "a card": ("x = torch.ones(2, 3)", "w = torch.ones(3)[1:].requires_grad_()", "%x x", "%x w", "%x x.grad"),
    "the full x-ray": ("%xray full", "x = torch.ones(1, dtype=torch.uint8)", "x.add_(1)", "y = x.t()"),
    "more than has a line": ("a, b, c, d, e, f, g, h, i, j, k, l, m, n = torch.ones(14)",),
    "memory": ("x = torch.ones(1, dtype=torch.uint8)", "y = torch.ones(100)[:2]", "z = y", "torch.ones(9)", "%mem"),
    "a trap": ("d = (torch.ones(4, 1) - torch.ones(4)).sum()",),
    "fixes": (
        "x = torch.ones(2, 3)",
        "w = torch.ones(2, 3)",
        "x @ w",
        "x.view(4)",
        "def f(a):\n    return a @ a",
        "f(x)",
    ),
    "timing": ("%time 1", "%timeit", "%time"),
    "the session": ("%reset now", "%reset", "%tb", "%debug", "%explain", "%explain x", "%reset -f"),
    "files": (
        "%save",
        "%save a.txt",
        "%save /nowhere/x.py",
        "%load",
        "%load x",
        "%run",
        "%run x.py",
        "%edit",
        "%edit x",
    ),
    "commands that are none": ("%halp", "%hint", "%history -q", "%history 0", "%history qq", "%keys x", "%who a b"),
    "other programs": ("!", "!exit 3", "!cd /", "%pip", "%mem x", "%mem free"),
}
"""Inputs, each with all that it shows."""

WITHOUT_A_PROMPT = {
    "list": ("--list",),
    "doctor": ("--doctor",),
    "options": ("--help",),
    "an option that is none": ("--hepl",),
    "two things": ("--list", "--doctor"),
    "a seed that is none": ("--seed", "x"),
    "an x-ray that is none": ("--xray", "foo"),
    "no x-ray": ("--xray",),
    "no value": ("--seed",),
    "a value too many": ("--list=3",),
    "a device that is none": ("--device", "gpu"),
    "a file that is none": ("nowhere.py",),
    "a new lesson": ("--new", "mine"),
    "forgetting": ("--reset", "autogrd"),
}

_WORDS = re.compile(r"(?<![\w.%-])[A-Za-z][a-z']* [a-z']+ [a-z']+\b")
_PYTHONS_OWN = re.compile(r'Traceback \(most recent|  File "|    |\w+(Error|Exception)\b|pip: ')


@pytest.fixture(autouse=True)
def in_the_pseudo_language(own_surroundings: Path) -> Iterator[None]:
    config = own_surroundings / "config"
    config.mkdir()
    (config / "config.toml").write_text('language = "xx"\n', encoding="utf-8")
    use_language(("xx",))
    yield
    use_language(())


def play(inputs: Iterable[str], capture: pytest.CaptureFixture[str]) -> list[str]:
    """The lines that a session shows at ``WIDTH`` columns."""
    names = {"torch": torch, "nn": torch.nn, "F": torch.nn.functional, "device": torch.device("cpu")}
    session = Session("learner", names=lambda: names)
    context = ShellContext(lambda: session, printer=Printer(width=WIDTH))
    context.settings.language = "xx"
    teach(session, lambda: context.settings.traps, lambda name: "")
    repl = Repl(context)
    capture.readouterr()
    for line in inputs:
        repl.handle(line)
    printed = capture.readouterr()
    return (printed.out + printed.err).splitlines()


def outside(text: str) -> str:
    """``text`` without what is in brackets, which may hold others."""
    kept, depth = [], 0
    for character in text:
        depth += character == "⟦"
        if not depth:
            kept.append(character)
        depth -= character == "⟧" and depth > 0
    assert not depth, text
    return "".join(kept)


def escaped(lines: Iterable[str], allowed: Iterable[str] = ()) -> list[str]:
    """Runs of three English words that are in no brackets, nor Python's own, nor ``allowed``, nor notes of an x-ray."""
    shown = (line.partition("· ")[0] if line.startswith(GUTTER) else line for line in lines)
    text = outside("\n".join(line.removeprefix(GUTTER) for line in shown))
    for each in sorted(allowed, key=len, reverse=True):
        text = text.replace(each, "…")
    return [match[0] for line in text.split("\n") if not _PYTHONS_OWN.match(line) for match in _WORDS.finditer(line)]


def too_wide(lines: Iterable[str]) -> list[str]:
    return [line for line in lines if columns(line) > WIDTH and not _PYTHONS_OWN.match(line)]


def known() -> list[str]:
    """What is no sentence of ours: the words of the x-ray, the examples of the glossary, the titles of lessons."""
    words = [name for entry in glossary() for name in entry.names if name.count(" ") > 1]
    examples = [line for entry in glossary() for line in entry.example.splitlines()]
    return [*words, *examples, *(each.title for each in shelf()), inspect.getdoc(len) or ""]


@pytest.mark.parametrize("inputs", AT_THE_PROMPT.values(), ids=AT_THE_PROMPT)
def test_at_the_prompt(inputs: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    lines = play(inputs, capsys)
    assert "⟦" in "".join(lines)
    assert not escaped(lines, known())
    assert not too_wide(lines)


@pytest.mark.parametrize("arguments", WITHOUT_A_PROMPT.values(), ids=WITHOUT_A_PROMPT)
def test_without_a_prompt(arguments: tuple[str, ...], tmp_path: Path) -> None:
    with program(*arguments, columns=WIDTH, folder=tmp_path) as screen:
        screen.leave()
        lines = screen.printed
    assert "⟦" in "".join(lines)
    assert not escaped(lines, known())
    assert not too_wide(lines)


LABELS = {
    "a card": ("first values", "strides", "bytes", "type"),
    "the full x-ray": ("first values", "strides", "bytes"),
    "more than has a line": ("… and 2 more",),
    "memory": ("1 byte", "400 bytes", "this process", "tensors"),
    "a trap": ("careful:",),
    "fixes": ("try",),
}
"""Words that are too few to be told from code by ``escaped``."""


@pytest.mark.parametrize(("inputs", "labels"), LABELS.items(), ids=LABELS)
def test_labels_at_the_prompt(inputs: str, labels: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    text = "\n".join(play(AT_THE_PROMPT[inputs], capsys))
    for label in labels:
        assert f"⟦{label}字" in text
        assert not re.search(rf"(?<![⟦\w]){re.escape(label)}(?![\w字(])", outside(text)), label


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--help",), "⟦usage: ptrepl [OPTION…]"),
        (("--xray", "foo"), "⟦There is no x-ray mode 'foo'; choose one of off, line, full.字"),
        (("--xray",), "⟦--xray wants one of"),
        (("--seed",), "⟦--seed wants a value."),
        (("--list=3",), "⟦--list takes no value."),
    ],
)
def test_nothing_of_argparse_is_shown(arguments: tuple[str, ...], said: str) -> None:
    done = ptrepl(*arguments)
    shown = done.stdout or done.stderr
    assert shown.startswith(said)
    assert not re.search(r"usage:|argument|invalid", outside(shown))


def test_the_prompt_greets_and_says_what_is_wrong_with_the_configuration(own_surroundings: Path) -> None:
    (own_surroundings / "config" / "config.toml").write_text('vi = 3\nlanguage = "xx"\n', encoding="utf-8")
    with program(columns=WIDTH) as screen:
        screen.wait(">>>")
        lines = screen.printed
    assert "⟦vi cannot be 3." in " ".join(lines)
    assert "⟦Type Python" in "".join(lines)
    assert not escaped(lines, known())
    assert not too_wide(lines)


def test_the_language_of_the_terminal_holds_where_the_file_names_none(own_surroundings: Path) -> None:
    (own_surroundings / "config" / "config.toml").write_text("", encoding="utf-8")
    assert ptrepl("--seed", "x", LC_ALL="xx_XX.UTF-8").stderr.startswith("⟦--seed wants")
    assert ptrepl("--seed", "x").stderr.startswith("--seed wants")


def prose_of(name: str) -> str:
    """The text of a lesson on one line, its marks taken away."""
    return " ".join((lessons_folder() / f"{name}.md").read_text(encoding="utf-8").split())


@pytest.mark.parametrize(("name", "answers"), [("autograd", ANSWERS)])
def test_a_lesson_through_a_pipe(name: str, answers: str) -> None:
    done = ptrepl("--lesson", name, stdin=answers)
    assert done.returncode == 0
    # a step is announced by its number and its title, a choice by its letter
    own, written = re.sub(r"(?m)^(\d+/\d+|  [a-z])  ", "", done.stdout + done.stderr), prose_of(name)
    for said in re.findall(r'says="([^"]*)"', written):  # the words of a known mistake may stand behind others
        own = own.replace(said, "")
    own = re.sub(r"⟦Right\..*?字⟧", "", own)  # it holds the lesson's own reason
    lines = [line for line in own.splitlines() if " ".join(line.split()).removeprefix("# ") not in written]
    assert "⟦" in own
    assert not escaped(lines, known())


def test_what_would_escape_is_found() -> None:
    assert escaped(["⟦a whole sentence字⟧ and so on"]) == ["and so on"]
    assert escaped(["⟦a sentence", "with ⟦another one字⟧ in it字⟧", "│ x  shape=(2,)  · in two places now"]) == []
    assert too_wide(["字" * 41, "x" * 80]) == ["字" * 41]
