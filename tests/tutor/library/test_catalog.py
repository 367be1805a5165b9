"""Finding lessons, and what is said where there is none."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from ptrepl.errors import LessonError, LessonNotFound, PtreplError
from ptrepl.tutor.library import shelf as shelf_module
from ptrepl.tutor.library.catalog import lesson_file, open_lesson
from ptrepl.tutor.library.shelf import lessons_folder, shelf
from tests.children import run_child
from tests.tutor.lessons import COURSE


def test_a_shipped_lesson_by_its_id_and_a_step_of_it() -> None:
    found = open_lesson("autograd")
    assert (found.lesson.id, found.step, found.shipped) == ("autograd", None, True)
    assert open_lesson("autograd/retain-graph").step == "retain-graph"
    assert [open_lesson(f"autograd/{number}").step for number in (1, 15)] == ["slope", "retain-graph"]
    for number in ("0", "16", "1" * 5000, "-1"):
        with pytest.raises(LessonNotFound):
            open_lesson(f"autograd/{number}")


def test_ones_own_lesson_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "mine.md"
    path.write_text(COURSE, encoding="utf-8")
    found = open_lesson(str(path))
    assert (found.lesson.id, found.shipped, found.file) == ("small", False, path)
    assert open_lesson(f"{path}/doing").step == "doing"


def test_a_file_cannot_take_the_place_of_a_shipped_lesson(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "autograd").write_text(COURSE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert open_lesson("autograd").shipped


def test_the_progress_of_ones_own_file_is_not_that_of_a_shipped_lesson(tmp_path: Path) -> None:
    (tmp_path / "mine.md").write_text((lessons_folder() / "autograd.md").read_text("utf-8"), "utf-8")
    found = open_lesson(str(tmp_path / "mine.md"))
    assert (found.lesson.id, found.lesson.key) == ("autograd", "file/autograd")
    assert open_lesson("autograd").lesson.key == "autograd"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("autogard", "There is no lesson 'autogard'; did you mean 'autograd'?"),
        ("Autograd", "There is no lesson 'Autograd'; did you mean 'autograd'?"),
        ("zzzzz", "There is no lesson 'zzzzz'; ptrepl --list shows them all"),
        ("", "There is no lesson ''"),
        ("../autograd", "../autograd: there is no such lesson file"),
        ("/dev/zero", "/dev/zero is no lesson file"),
        ("a" * 5000, "There is no lesson 'aaaa"),
        ("\x1b[31m", "There is no lesson '\\x1b[31m'"),
        ("\0", "There is no lesson '\\x00'"),
        ("no/such/file.md", "no/such/file.md: there is no such lesson file"),
        (".", "There is no lesson '.'"),
        ("autograd/retian-graph", "did you mean autograd/retain-graph?"),
        ("autograd/zzzzzz", "its first is autograd/slope, and they go by number too, 1 to 15"),
        ("autograd/99", "has no step 99: it has the steps 1 to 15"),
        ("creation/0", "has no step 0: it has the steps 1 to 15"),
    ],
    ids=lambda value: value[:24],
)
def test_what_is_not_there_is_told_in_one_line_with_the_nearest(name: str, says: str) -> None:
    with pytest.raises(LessonNotFound) as caught:
        open_lesson(name)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", ":1: this file is empty"),
        (b"\x7fELF\x00\x01", ":1: this file is not text"),
        (b"---\nid: a\n\x00", ":3: this file is not text"),
        (b"---\nid: caf\xe9\n---\n", ":2: this file is not UTF-8"),
        ("---\nid: a\n".encode("utf-16"), ":1: this file is not"),
        (b"x" * 2_000_000, ":1: this file is too large for a lesson"),
        (b"x" * 500_000, ":1: a lesson may have"),
        (b"# Title\n", ":1: no front matter"),
    ],
)
def test_a_file_that_is_no_lesson_is_told_with_path_and_line(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "mine.md"
    path.write_bytes(content)
    with pytest.raises(LessonError) as caught:
        open_lesson(str(path))
    assert f"{path}{says}" in str(caught.value)
    assert isinstance(caught.value, PtreplError)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = tmp_path / "mine.md"
    path.write_text(COURSE)
    path.chmod(0)
    with pytest.raises(LessonError, match="cannot be read"):
        open_lesson(str(path))


def test_the_shelf_tells_what_the_parser_tells() -> None:
    listed = shelf()
    assert [each.id for each in listed]
    for each in listed:
        parsed = open_lesson(each.id).lesson
        assert (each.title, each.minutes, each.needs) == (parsed.title, parsed.minutes, parsed.needs)
        assert list(each.steps) == [step.id for step in parsed.steps]


def test_each_lesson_stands_after_those_that_it_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    needs = {"a": "[c]", "b": "[]", "c": "[b, elsewhere]", "d": "[e]", "e": "[d]"}
    for name, others in needs.items():
        (tmp_path / f"{name}.md").write_text(f"---\nid: {name}\ntitle: T\nneeds: {others}\n---\n")
    (tmp_path / "broken.md").write_bytes(b"\xff\xff")
    monkeypatch.setattr(shelf_module, "lessons_folder", lambda: tmp_path)
    assert [each.id for each in shelf()] == ["b", "c", "a", "d", "e"]


def test_listing_loads_nothing_heavy() -> None:
    code = (
        "import sys; from ptrepl.tutor.library.shelf import whole_shelf; assert whole_shelf().lessons\n"
        "print(sorted({'torch', 'yaml', 'markdown_it', 'rich', 'numpy'} & set(sys.modules)))"
    )
    done = run_child([sys.executable, "-c", code])
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"


def test_data_beside_a_lesson(tmp_path: Path) -> None:
    (tmp_path / "houses.csv").write_text("a,b\n")
    assert lesson_file(tmp_path / "mine.md", "houses.csv") == tmp_path / "houses.csv"
    with pytest.raises(LessonNotFound, match=r"no file 'hoses\.csv'"):
        lesson_file(tmp_path / "mine.md", "hoses.csv")


@pytest.mark.parametrize("name", ["../secret.txt", "/etc/passwd", "link.txt"])
def test_data_elsewhere_is_none_of_the_lessons(name: str, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("s")
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack" / "link.txt").symlink_to(tmp_path / "secret.txt")
    with pytest.raises(LessonNotFound, match="no file"):
        lesson_file(tmp_path / "pack" / "mine.md", name)


def test_the_shipped_lessons_are_found_from_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert (lessons_folder() / "autograd.md").is_file()
