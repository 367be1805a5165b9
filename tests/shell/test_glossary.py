"""Every word of the x-ray is explained, and every example prints what the glossary says it prints."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ptrepl.engine.watch.facts import FACT_NAMES
from ptrepl.screen.line import plain
from ptrepl.screen.wrap import columns
from ptrepl.shell.command_table import COMMANDS
from ptrepl.shell.commands.look.help import entry_lines, help_lines
from ptrepl.shell.glossary import FILES, GlossaryEntry, _by_name, find_entry, glossary, read_entry
from ptrepl.texts import library
from ptrepl.tutor.library.shelf import lessons_folder
from tests.shell.commands.commanding import Shell

WORDS = glossary()

by_word = pytest.mark.parametrize("word", WORDS, ids=lambda word: word.names[0])


@pytest.fixture
def shell(capfd: pytest.CaptureFixture[str]) -> Shell:
    return Shell(capfd)


def inputs(example: str) -> list[str]:
    """The statements of a transcript."""
    found: list[str] = []
    for line in example.splitlines():
        if line.startswith(">>> "):
            found.append(line[4:])
        elif line.startswith("..."):
            found[-1] += "\n" + line[4:]
    return found


@by_word
def test_an_example_prints_what_it_shows(shell: Shell, word: GlossaryEntry) -> None:
    seen = ""
    for text in inputs(word.example):
        first, *more = text.split("\n")
        seen += "\n".join([f">>> {first}", *(f"... {line}".rstrip() for line in more)]) + "\n"
        seen += shell(text)
        assert shell.err == ""
    assert seen == word.example + "\n"


@by_word
def test_a_word_has_three_sentences(word: GlossaryEntry) -> None:
    assert len(re.findall(r"[.!?](?: |$)", word.text)) == 3
    assert word.text.endswith(".")


def test_every_file_of_the_folder_is_read() -> None:
    assert {file.stem for file in (Path(library.__file__).parent / "en" / "glossary").iterdir()} == set(FILES)


@pytest.mark.parametrize(
    "text",
    [
        "Words alone.",
        "Words.\n\n```python\nx\n```",
        "```pycon\n>>> x\n```",
        "<!-- alias: a -->\nWords.\n\n```pycon\n>>> x\n```",
        "Words.\n\n```pycon\n>>> x\n```\nMore.",
    ],
)
def test_an_entry_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="the glossary's 'word' is not"):
        read_entry("word", text)


def test_a_translated_entry_is_found_under_its_english_names_too(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "de" / "glossary").mkdir(parents=True)
    text = "## shape\n<!-- also: Form -->\n\nEins. Zwei. Drei.\n\n```pycon\n>>> 1\n1\n```\n"
    (tmp_path / "de" / "glossary" / "facts.md").write_text(text, encoding="utf-8")
    (tmp_path / "en").symlink_to(Path(library.__file__).parent / "en")
    caches = (library.sections, glossary, _by_name)
    for cache in caches:
        cache.cache_clear()
    monkeypatch.setattr(library, "_FOLDER", tmp_path)
    shell.context.settings.language = "de"
    try:
        assert shell("%help form") == shell("%help size") == shell("%help shape") == "Eins. Zwei. Drei.\n\n>>> 1\n1\n"
        assert shell("%help dtype") == "\n".join(plain(line) for line in entry_lines(WORDS[1])) + "\n"
    finally:
        for cache in caches:
            cache.cache_clear()


EMPHASISED = frozenset(
    (
        "add|added|aligned at the right|chance|climbed|column|done|double|down|early|errors|every room is at 20|first|"
        "fresh copy|halved once in each epoch|how many|index|last|mean|no graph is made|not|one|pandas|pupil|radians|"
        "yours|zero"
    ).split("|")
)
"""What lessons print in bold to stress it, or explain in the same sentence as an everyday word."""


@pytest.mark.parametrize("lesson", sorted(file.name for file in lessons_folder().glob("*.md")))
def test_a_term_that_a_lesson_prints_in_bold_is_explained(lesson: str) -> None:
    text = (lessons_folder() / lesson).read_text(encoding="utf-8")
    terms = {term.lower() for term in re.findall(r"\*\*([a-zA-Z][\w \-]*)\*\*", text)}
    assert not [term for term in sorted(terms - EMPHASISED) if find_entry(term) is None]


def test_no_word_is_explained_twice() -> None:
    names = [name.casefold() for word in WORDS for name in word.names]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    "name",
    [
        *FACT_NAMES,
        *("requires_grad", "new", "accumulated", "nan", "inf", "strides", "offset", "storage", "version", "bytes"),
        *("leaf", "gradient", "graph", "parameter", "parameters", "buffer", "buffers", "layout", "elements", "lr"),
        *("contiguous", "contents", "optimizer", "cleared"),
        *("changed in place", "shares memory with", "same object as", "not contiguous", "has nan", "has inf", "n/a"),
        *("first values", "state tensors", "not initialized yet", "batch_size", "dataset", "samples", "was"),
        *("value", "inference", "training", "batches", "not registered", "the same tensor as before", "no longer in"),
        *(
            "derivative",
            "slope",
            "local derivative",
            "chain rule",
            "operation",
            "Jacobian",
            "vjp",
            "retain",
            "Variable",
        ),
        *("regression", "loss", "weight", "bias", "label", "features", "learning rate", "forward pass", "minibatch"),
        *("got their shapes", "values in all"),
    ],
)
def test_what_the_x_ray_says_can_be_looked_up(shell: Shell, name: str) -> None:
    assert shell(f"%help {name}").startswith(find_entry(name).text[:20])  # type: ignore[union-attr]


@pytest.mark.parametrize("code", ["x = torch.ones(2, requires_grad=True)", "net = nn.BatchNorm1d(2)"])
def test_every_row_of_a_card_can_be_looked_up(shell: Shell, code: str) -> None:
    card = shell("%xray full", code, "%x x" if code.startswith("x") else "%x net.weight")
    rows = re.findall(r"(?m)^│     (\w+(?: \w+)?)  ", card)
    assert len(rows) >= 10
    for row in rows:
        assert row == "type" or find_entry(row) is not None, row


@pytest.mark.parametrize("typed", ["Shape", " shape ", "`shape`", "grad_fn.", "changed  in   place"])
def test_a_word_is_found_as_it_is_typed(typed: str) -> None:
    assert find_entry(typed) is not None


def test_help_of_a_command_of_a_function_and_of_nothing(shell: Shell) -> None:
    assert shell("%help %time").startswith("%time STATEMENT\n")
    assert shell("%help time").startswith("%time STATEMENT\n")
    assert shell("%time?").startswith("%time STATEMENT\n")
    assert shell("%help !").startswith("!COMMAND\n")
    assert shell("%help torch.relu").startswith("relu(Tensor input) -> Tensor\n")
    assert shell("%help grad_nf") == ""
    assert shell.err == "There is no help on grad_nf. Did you mean %help grad_fn?\n"
    shell("%help qqqqq")
    assert shell.err == "There is no help on qqqqq. %help lists the commands and the words.\n"


def test_help_lists_every_command_and_word(shell: Shell) -> None:
    out = shell("%help")
    for command in COMMANDS:
        assert command.usage in out
        assert command.summary in out
    for word in WORDS:
        assert word.names[0] in out
    assert shell("?") == out


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_help_fits_the_terminal(width: int) -> None:
    lines = [plain(line) for line in help_lines(width)]
    assert max(map(columns, lines)) <= width
    for word in WORDS:
        for line in entry_lines(word, width):
            text = plain(line)
            # code and its output stand as Python prints them
            assert columns(text) <= width or text.startswith((">>>", "tensor(")), text


def test_an_example_in_a_narrow_terminal_keeps_its_gutter() -> None:
    word = find_entry("grad_fn")
    assert word is not None
    lines = [plain(line) for line in entry_lines(word, 50)]
    assert lines[-3:] == [
        ">>> y = w * 3",
        "│ y  shape=(2,)  dtype=float32  device=cpu",
        "│   grad_fn=MulBackward0  is_leaf=False",
    ]


@by_word
def test_without_a_terminal_an_example_is_as_it_was_written(word: GlossaryEntry) -> None:
    _, blank, *example = [plain(line) for line in entry_lines(word)]
    assert blank == ""
    assert example == word.example.splitlines()
