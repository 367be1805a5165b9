"""What learners read speaks PyTorch's words, so that it can be searched."""

from __future__ import annotations

import re

from tests.house.tree import PACKAGE, ROOT
from tests.texts.test_catalogue import extracted

PRIVATE = re.compile(
    r"numbers? with a point|\bthe way back\b|\bfinds its way\b|\bof theirs\b|\bis told\b|\bturn(s|ed)? (a |the )?matri"
    r"|\blet(s)? (them )?go of\b|\bis mended\b",
    re.IGNORECASE,
)


def test_learners_texts_use_the_words_of_pytorch() -> None:
    pages = [*(ROOT / "lessons").glob("*.md"), *(PACKAGE / "texts").rglob("*.md")]
    texts = [(page.name, line) for page in pages for line in page.read_text(encoding="utf-8").splitlines()]
    texts += [(file, sentence) for file, _, sentence in extracted()]
    assert len(texts) > 3000
    assert not [(where, line) for where, line in texts if PRIVATE.search(line)]
