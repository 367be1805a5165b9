"""Sentences can be translated: whole, with named fields, found by Babel."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ptrepl.texts import messages
from ptrepl.texts.messages import N_, gettext, language_in_force, ngettext, pseudo, use_language
from tests.texts.sentences import bypassing


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    yield
    use_language(())


def test_english_fills_the_fields() -> None:
    assert gettext("{name} is {shape}.", name="x", shape="(2, 3)") == "x is (2, 3)."
    assert gettext("a {{brace}}") == "a {brace}"
    assert [ngettext("{count} tensor", "{count} tensors", n) for n in (0, 1, 2)] == [
        "0 tensors",
        "1 tensor",
        "2 tensors",
    ]


def test_what_is_put_into_a_field_is_never_read_as_a_field() -> None:
    assert gettext("{code} failed.", code="f'{x}'") == "f'{x}' failed."


def test_a_missing_field_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        gettext("{name} is lost.")


def test_the_pseudo_language_brackets_and_lengthens_sentences_and_leaves_fields() -> None:
    use_language(("xx",))
    assert language_in_force() == "xx"
    said = gettext("{name} has another shape than you think.", name="weights")
    assert said.startswith("⟦weights has another")
    assert said.endswith("字⟧")
    assert len(said) > len("weights has another shape than you think.") * 1.15  # each 字 is two columns wide
    assert ngettext("{count} tensor", "{count} tensors", 2).startswith("⟦2 tensors")


def catalogue(folder: Path, code: str, pairs: str) -> None:
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    target = folder / code / "LC_MESSAGES"
    target.mkdir(parents=True)
    (folder / "made.po").write_text(pairs, encoding="utf-8")
    with (folder / "made.po").open("rb") as po, (target / "ptrepl.mo").open("wb") as mo:
        write_mo(mo, read_po(po, locale=code))


def test_a_catalogue_is_found_by_its_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    head = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    head += '"Plural-Forms: nplurals=1; plural=0;\\n"\n\n'
    body = 'msgid "{name} is free."\nmsgstr "{name} 空了。"\n\nmsgid "{count} tensor"\nmsgid_plural "{count} tensors"\n'
    wrong = '\nmsgid "{name} is bound."\nmsgstr "{other} 空了。"\n'
    catalogue(tmp_path, "zh", head + body + 'msgstr[0] "{count} 个张量"\n' + wrong)
    monkeypatch.setattr(messages, "_FOLDER", tmp_path)
    use_language(("fr", "zh"))
    assert language_in_force() == "zh"
    assert gettext("{name} is free.", name="x") == "x 空了。"
    assert ngettext("{count} tensor", "{count} tensors", 1) == "1 个张量"
    assert gettext("Nobody has translated this.") == "Nobody has translated this."
    assert gettext("{name} is bound.", name="x") == "x is bound.", "a translator's slip hides nothing"
    use_language(("fr",))
    assert (language_in_force(), gettext("{name} is free.", name="x")) == ("en", "x is free.")


def test_a_marked_sentence_is_translated_where_it_is_shown() -> None:
    table = {"who": N_("Lists the names.")}
    use_language(("xx",))
    assert gettext(table["who"]) == pseudo("Lists the names.")


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ('"""A module of some words."""\n', []),
        ('x = "too few"\n', []),
        ('x = "this is a sentence"\n', [1]),
        ('x = f"{x} is not a number"\n', [1]),
        ('x = gettext("this is a sentence")\n', []),
        ('x = gettext("{a} is so", a="because of this sentence")\n', [1]),
        ("""x = f"{gettext('this is a sentence')} {x}"\n""", [1]),
        ('x = f"{gettext(row.summary)} {x}"\n', []),
        ('x = ngettext("one of the things", "two of the things", 2)\n', []),
        ('raise ValueError("a mistake of ours")\n', []),
        ('raise UsageError("there is no such thing")\n', [1]),
        ('x = re.compile("three words here")\n', []),
        ('x = r"three words here"\n', []),
        ('x = "some words of torch"  # not a sentence: what torch says\n', []),
    ],
)
def test_a_sentence_that_bypasses_is_found(code: str, lines: list[int], tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text(code, encoding="utf-8")
    assert [sentence.line for sentence in bypassing(path)] == lines


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ('x = ("warn", "careful:")\n', [1]),
        ('x = ("good", "try  " if first else "     ")\n', [1]),
        ('x = text_line(f"  … {count} in {names}", "dim")\n', [1]),
        ('x = ("dim", f"… and {count} more")\n', [1]),
        ('x = ("warn", gettext("careful:"))\n', []),
        ('x = ("fact", f"{name}=")\n', []),
        ('x = ("dim", "%help"), ("code", "sum()")\n', []),
        ('x = ("no style", "careful:")\n', []),
    ],
)
def test_where_lines_are_drawn_a_word_is_enough(code: str, lines: list[int], tmp_path: Path) -> None:
    for folder, found in (("screen", lines), ("engine", [])):
        path = tmp_path / folder / "module.py"
        path.parent.mkdir()
        path.write_text(code, encoding="utf-8")
        assert [sentence.line for sentence in bypassing(path)] == found
