"""Every rule has its family at length, and every such text has a rule."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ptrepl.explain.rules.table import all_rules
from ptrepl.explain.traps.traps import TRAPS
from ptrepl.shell.commands.run.explain import long_text
from ptrepl.texts.library import __file__ as library_file
from ptrepl.texts.library import sections

FILES = sorted((Path(library_file).parent / "en" / "errors").glob("*.md"))
PLACES = {f"{file.stem}/{heading}" for file in FILES for heading in sections(f"errors/{file.stem}")}


def test_each_row_has_a_text_and_each_text_a_row() -> None:
    assert {row.more for row in all_rules()} | {f"traps/{section}" for section in TRAPS.values()} == PLACES


@pytest.mark.parametrize("place", sorted(PLACES))
def test_a_text_is_one_paragraph_of_whole_sentences(place: str) -> None:
    file, _, heading = place.partition("/")
    assert "\n\n" not in sections(f"errors/{file}")[heading]
    assert long_text(place).endswith(".")


@pytest.mark.parametrize("place", sorted(PLACES))
def test_a_text_says_it_in_the_words_of_pytorch(place: str) -> None:
    riddle = (
        r"numbers? with a point|\bthe way back|lets? (them )?go|\bwhole numbers?\b|\bturn(s|ed) (a )?matri|\bis told\b"
    )
    assert not re.search(riddle, long_text(place))


def test_a_heading_is_a_short_name_in_lower_case() -> None:
    assert all(re.fullmatch(r"[a-z]+/[a-z0-9]+(-[a-z0-9]+)*", place) for place in PLACES)
