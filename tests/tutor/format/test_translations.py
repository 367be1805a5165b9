"""A translation holds step ids and prose; the code has one home, and what does not fit is told with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from ptrepl.errors import LessonError
from ptrepl.texts.language import languages
from ptrepl.tutor.format.lesson import Prose, Role
from ptrepl.tutor.format.translate import Translated, translate
from ptrepl.tutor.library.catalog import open_lesson
from ptrepl.tutor.library.translations import translations_of
from ptrepl.tutor.play import say
from ptrepl.tutor.verify.verify import verify_translation
from tests.tutor.lessons import COURSE, Player, feedback, lesson

HEAD = "---\nid: small\ntitle: Kleine Lektion\nlang: de\n---\n"
GERMAN = (
    HEAD
    + """
Ein paar Worte.

## Lesen
<!-- step: reading read -->
Lies das.

## Zusehen
<!-- step: watching demo -->
Zuerst.
```python demo
```
Dazwischen.
```python demo
x + 1
```
> Es zählt von 0 an.

## Wählen
<!-- step: choosing choice -->
Was?
- [ ] das erste — Nicht das erste.
- [x] das zweite — Genau.

## Tun
<!-- step: doing task -->
Mach `m`, zweimal `x`.

<details><summary>Hinweis</summary>

Mal.

</details>
<details><summary>Hinweis</summary>

Mal zwei.

</details>

```python solution name="mal"
```
```python solution name="plus"
```
```python wrong says="Das ist dreimal x."
```
"""
)


def german(text: str = GERMAN) -> Translated:
    return translate(lesson(), text, "de/small.md", "de")


def told(text: str) -> list[str]:
    with pytest.raises(LessonError) as caught:
        german(text)
    return str(caught.value).split("\n")


def test_the_words_are_the_translations_and_the_code_is_the_lessons() -> None:
    found = german()
    original, made = lesson(), found.lesson
    assert (made.title, made.intro, made.lang, made.id) == ("Kleine Lektion", "Ein paar Worte.", "de", "small")
    assert [step.id for step in made.steps] == [step.id for step in original.steps]
    for mine, theirs in zip(original.steps, made.steps, strict=True):
        assert [(code.role, code.source, code.line) for code in mine.codes(*Role)] == [
            (code.role, code.source, code.line) for code in theirs.codes(*Role)
        ]
        assert len(mine.hints) == len(theirs.hints)
    assert [step.title for step in made.steps] == ["Lesen", "Zusehen", "Guessing", "Wählen", "Tun", "Mending"]
    assert [hint.text for hint in made.steps[4].hints] == ["Mal.", "Mal zwei."]
    assert made.steps[1].learned == "Es zählt von 0 an."
    assert made.steps[4].learned == "Done by you."
    assert found.steps == 4


def test_what_a_notebook_says_is_translated_too() -> None:
    text = GERMAN.replace("Dazwischen.", "Drück.\n<!-- notebook: Los. -->").replace(
        "von 0 an.", "von 0 an.\n<!-- notebook: Ja. -->"
    )
    watching = german(text).lesson.steps[1]
    assert [(block.text, block.in_notebook) for block in watching.blocks if isinstance(block, Prose)] == [
        ("Zuerst.", ""),
        ("Drück.", "Los."),
    ]
    assert (watching.learned, watching.learned_in_notebook) == ("Es zählt von 0 an.", "Ja.")


def test_a_step_that_is_not_translated_is_in_english_and_a_warning() -> None:
    assert german().warnings == (
        (1, "the step 'guessing' of the lesson is not translated; it is shown in English"),
        (1, "the step 'mending' of the lesson is not translated; it is shown in English"),
    )


def test_it_is_played_as_the_lesson_is() -> None:
    player = Player(german().lesson)
    player.begin()
    said = player.enter() + player.enter()
    prose = [each.markdown for each in said if isinstance(each, say.AuthorText)]
    assert prose == ["Zuerst.", "Dazwischen."]
    player.begin("choosing")
    assert feedback(player.type("b"))[0] == ("good", "Right. Genau.")
    player.begin("doing")
    assert feedback(player.type("m = x * 3"))[0] == ("bad", "Das ist dreimal x.")
    said = player.type("m = x + x")
    assert [each.name for each in said if isinstance(each, say.CodeBlock)] == ["mal"]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("step: reading", "step: raeding", "de/small.md:10: unknown step 'raeding'; did you mean 'reading'?"),
        ("reading read", "reading demo", "de/small.md:10: in the lesson 'reading' is a step of the kind read"),
        ("<!-- step: reading read -->\n", "", "de/small.md:9: this heading needs the step comment of the lesson"),
        ("x + 1", "x + 2", "de/small.md:19: this demo code is not that of the lesson; leave the fence empty"),
        ("```python demo\n```\n", "",
         "de/small.md:13: the lesson shows 2 fences or lists in this step; this translation has 1"),
        ("- [x] das", "- [ ] das", "these are not the choices of the lesson"),
        ("- [x] das zweite — Genau.\n", "", "these are not the choices of the lesson"),
        ("<details>", "<details><summary>Noch</summary>\n\nx\n\n</details>\n<details>", "this translation has 3"),
        ("```python wrong", "```python check\n```\n```python check\n```\n```python wrong", "this is one more"),
        ("id: small", "id: large", "de/small.md:2: this translates 'large', but it stands beside the lesson 'small'"),
        ("lang: de", "lang: fr", "de/small.md:4: lang must be de, as the folder of this translation is named"),
        ("lang: de", "lang: de\nseed: 3", "de/small.md:5: seed stands in the lesson itself"),
        ("Lies das.", "Lies \x1b[2J.", "control character U+001B"),
        ("Lies das.", "Lies <b>das</b>.", "is HTML"),
        ("Mach `m`", "<!-- promises: m.dtype -->\nMach `m`", "'m.dtype' is promised in the lesson itself, not in a"),
        ("id: small", "id: [small", "the front matter is not YAML"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told_with_its_line(old: str, new: str, says: str) -> None:
    assert old in GERMAN
    found = told(GERMAN.replace(old, new, 1))
    assert [line for line in found if says in line], found
    assert all(line.startswith("de/small.md:") for line in found)


def test_all_that_does_not_fit_is_told_at_once() -> None:
    assert len(told(GERMAN.replace("x + 1", "x + 2").replace("reading read", "reading demo"))) == 2


def test_text_round_code_needs_the_code_between_it() -> None:
    text = GERMAN.replace("```python demo\n```\n", "").replace("```python demo\nx + 1\n```\n", "")
    original = COURSE.replace("<!-- step: watching demo -->\n", "<!-- step: watching demo -->\nFirst.\n")
    with pytest.raises(LessonError, match="the text of this step in 2 parts; repeat each shown fence between them"):
        translate(lesson(original), text, "de/small.md", "de")


def test_an_older_version_is_a_warning() -> None:
    newer = lesson(COURSE.replace("seed: 3", "seed: 3\nversion: 2"))
    found = translate(newer, GERMAN.replace("lang: de", "lang: de\nversion: 1"), "de/small.md", "de")
    assert (5, "this translates version 1 of the lesson, which is at version 2") in found.warnings


@pytest.mark.parametrize(
    ("configured", "environment", "wanted"),
    [
        (None, {}, ()),
        (None, {"LANG": "zh_CN.UTF-8"}, ("zh-cn", "zh")),
        (None, {"LANG": "zh", "LC_MESSAGES": "fr_FR", "LC_ALL": ""}, ("fr-fr", "fr")),
        (None, {"LC_ALL": "C.UTF-8", "LANG": "zh_CN"}, ()),
        (None, {"LANG": "en_GB.UTF-8"}, ()),
        (None, {"LANG": "../../etc"}, ()),
        ("de", {"LANG": "zh_CN"}, ("de",)),
        ("pt-BR", {}, ("pt-br", "pt")),
        ("en", {"LANG": "zh_CN"}, ()),
    ],
)
def test_the_language_is_the_configured_one_or_the_terminals(
    configured: str | None, environment: dict[str, str], wanted: tuple[str, ...]
) -> None:
    assert languages(configured, environment) == wanted


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a lesson, its translation, and a folder of other lessons whose name is as long as a language."""
    monkeypatch.chdir(tmp_path)
    for name, text in (("small.md", COURSE), ("de/small.md", GERMAN), ("old/small.md", COURSE)):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def test_a_lesson_is_opened_in_the_first_language_that_it_is_translated_into(folder: Path) -> None:
    assert open_lesson("small.md").lesson.title == "A small lesson"
    assert open_lesson("small.md", languages=("fr", "de")).lesson.title == "Kleine Lektion"
    assert open_lesson("small.md", languages=("fr",)).lesson.title == "A small lesson"
    named = open_lesson("de/small.md")
    assert (named.lesson.title, named.translation, named.lesson.path) == ("Kleine Lektion", "de", "small.md")
    assert named.digest == open_lesson("small.md").digest, "trust is given to the code, which is the same"
    assert open_lesson("old/small.md").lesson.title == "A small lesson"
    assert translations_of(Path("small.md")) == (("de", Path("de/small.md")),)


def test_a_translation_with_faults_leaves_the_lesson_in_english_and_says_so(folder: Path) -> None:
    (folder / "de" / "small.md").write_bytes(GERMAN.replace("reading read", "raeding read").encode() + b"\xff")
    found = open_lesson("small.md", languages=("de",))
    assert found.lesson.title == "A small lesson"
    assert found.notice == (
        f"The translation {Path('de/small.md')} has faults, so the lesson is in English; ptrepl --check names them."
    )


def test_a_report_of_a_translation(folder: Path) -> None:
    report = verify_translation(lesson(), folder / "de" / "small.md", "de")
    assert (report.passed, report.steps, report.translated, len(report.warnings)) == (True, 6, 4, 2)
    (folder / "de" / "small.md").write_text(HEAD)
    report = verify_translation(lesson(), folder / "de" / "small.md", "de")
    assert (report.passed, report.translated, len(report.warnings)) == (True, 0, 6)
