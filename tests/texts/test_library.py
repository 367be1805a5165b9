"""A text is found by its heading, in the learner's language where it is translated, else in English."""

from __future__ import annotations

from pathlib import Path

import pytest

from ptrepl.texts import library
from ptrepl.texts.library import parse_sections, section, sections


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Texts in English and, one of two, in German."""
    monkeypatch.setattr(library, "_FOLDER", tmp_path)
    sections.cache_clear()
    for language, text in (("en", "# Title\n\n## one\n\nFirst.\n\n## two\n\nSecond.\n"), ("de", "## two\n\nZwei.\n")):
        (tmp_path / language / "a").mkdir(parents=True)
        (tmp_path / language / "a" / "b.md").write_text(text, encoding="utf-8")
    yield tmp_path
    sections.cache_clear()


def test_a_section_is_the_text_below_its_heading(folder: Path) -> None:
    assert sections("a/b") == {"one": "First.", "two": "Second."}
    assert section("a/b", "one") == "First."


def test_a_translation_stands_in_section_by_section(folder: Path) -> None:
    assert section("a/b", "two", ("de",)) == "Zwei."
    assert section("a/b", "one", ("de",)) == "First."
    assert section("a/b", "two", ("fr", "de")) == "Zwei."
    assert section("a/b", "two", ("fr",)) == "Second."


def test_what_is_nowhere_is_a_key_error(folder: Path) -> None:
    with pytest.raises(KeyError):
        section("a/b", "three", ("de",))
    with pytest.raises(KeyError):
        section("a/c", "one")


def test_a_heading_inside_a_fence_is_none() -> None:
    assert parse_sections("## a\n```\n## b\n```\n## c\nd", "x.md") == {"a": "```\n## b\n```", "c": "d"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("## a\nb\n## a\nc", "x.md:3: there is a section 'a' already"),
        ("words\n## a\nb", "x.md:1: text before the first heading"),
        ("## a\n```\nb", "x.md: a fence is never closed"),
        ("## a\n\n## b\nc", "x.md: the section 'a' is empty"),
    ],
)
def test_a_file_of_another_form_is_refused(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        parse_sections(text, "x.md")


@pytest.mark.parametrize("file", sorted(library._FOLDER.rglob("*.md")), ids=lambda file: file.stem)
def test_every_file_of_the_package_has_this_form(file: Path) -> None:
    assert parse_sections(file.read_text(encoding="utf-8"), str(file))
