"""Lessons of installed packages: found without importing them, and whatever is broken is one line."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from ptrepl.errors import LessonNotFound
from ptrepl.tutor.library.catalog import open_lesson
from ptrepl.tutor.library.packs import installed_packs
from ptrepl.tutor.library.shelf import whole_shelf

PURR = "---\nid: {id}\ntitle: {id} for cats\nneeds: {needs}\n---\n## One\n<!-- step: one read -->\nPurr.\n"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder where packages are installed."""
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def install(site: Path, lines: str, *, distribution: str = "cats", package: str = "cats_lessons") -> Path:
    """Register ``lines``, and make the package, which fails when it is imported; its folder."""
    info = site / f"{distribution}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(lines)
    folder = site / package
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "__init__.py").write_text("raise SystemExit('imported')\n")
    return folder


def write(folder: Path, name: str, needs: str = "[]") -> None:
    (folder / f"{name}.md").write_text(PURR.format(id=name, needs=needs))


CATS = "[ptrepl.lessons]\ncats = cats_lessons\n"


def test_a_pack_is_listed_in_its_order_and_opened_without_being_imported(site: Path) -> None:
    folder = install(site, CATS)
    write(folder, "meow", needs="[purr]")
    write(folder, "purr")
    (folder / "README.md").write_text("no lesson")
    found = whole_shelf()
    assert [each.key for each in found.lessons if each.pack] == ["cats/purr", "cats/meow"]
    assert found.problems == ()
    for name in ("cats/purr", "purr", "cats/purr/one", "purr/one"):
        opened = open_lesson(name)
        assert (opened.lesson.key, opened.shipped, opened.file) == ("cats/purr", False, folder / "purr.md")
        assert opened.step == ("one" if name.endswith("one") else None)
    assert "cats_lessons" not in sys.modules


def test_a_package_inside_another_is_not_imported_either(site: Path) -> None:
    install(site, "[ptrepl.lessons]\ncats = cats.inner.lessons\n", package="cats")
    inner = site / "cats" / "inner" / "lessons"
    inner.mkdir(parents=True)
    write(inner, "purr")
    assert open_lesson("cats").lesson.key == "cats/purr"
    assert "cats" not in sys.modules


def test_our_own_lessons_win_and_that_is_told(site: Path) -> None:
    write(install(site, CATS), "autograd")
    assert open_lesson("autograd").shipped
    assert open_lesson("cats/autograd").lesson.title == "autograd for cats"
    told = "The lesson 'autograd' is the one that came with ptrepl; cats/autograd is another one."
    assert whole_shelf().problems == (told,)


def test_a_name_that_two_packs_have_is_asked_for(site: Path) -> None:
    write(install(site, CATS), "purr")
    write(install(site, "[ptrepl.lessons]\nlions = lions\n", distribution="lions", package="lions"), "purr")
    with pytest.raises(LessonNotFound, match="'purr' may be several lessons: cats/purr, lions/purr"):
        open_lesson("purr")
    assert open_lesson("lions/purr").lesson.pack == "lions"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("cats", "'cats' may be several lessons: cats/meow, cats/purr"),
        ("cats/pur", "did you mean 'cats/purr'?"),
        ("pur", "did you mean 'cats/purr'?"),
        ("cats/purr/two", "Lesson 'cats/purr' has no step 'two'; its first is cats/purr/one"),
        ("dogs/purr", "There is no lesson 'dogs'"),
    ],
)
def test_what_a_pack_lacks_is_told_with_the_nearest(site: Path, name: str, says: str) -> None:
    folder = install(site, CATS)
    write(folder, "purr")
    write(folder, "meow")
    with pytest.raises(LessonNotFound) as caught:
        open_lesson(name)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ("[ptrepl.lessons]\ncats = no_such_package\n", "there is no folder of the package no_such_package"),
        ("[ptrepl.lessons]\ncats = cats_lessons:open\n", "'cats_lessons:open' does not name a package"),
        ("[ptrepl.lessons]\ncats = ../../etc\n", "'../../etc' does not name a package"),
        ("[ptrepl.lessons]\nCats! = cats_lessons\n", "a name is lower-case letters, digits and hyphens"),
        ("[ptrepl.lessons]\n\x1b[2J = cats_lessons\n", "a name is lower-case letters, digits and hyphens"),
        ("[ptrepl.lessons]\nautograd = cats_lessons\n", "a lesson that came with ptrepl has its name"),
        ("[ptrepl.lessons]\ncats\n", "entry_points.txt is damaged"),
        (CATS, "has no lessons in"),
        ("[ptrepl.lessons]\ncats = sys\n", "there is no folder of the package sys"),
    ],
)
def test_a_broken_pack_is_one_line_and_hides_nothing_else(site: Path, lines: str, says: str) -> None:
    install(site, lines)
    write(install(site, "[ptrepl.lessons]\nlions = lions\n", distribution="lions", package="lions"), "roar")
    found = whole_shelf()
    (problem,) = found.problems
    assert says in problem
    assert problem.isprintable()
    assert {"autograd", "lions/roar"} <= {each.key for each in found.lessons}


def test_a_file_of_a_pack_that_is_no_lesson_is_one_line(site: Path) -> None:
    folder = install(site, CATS)
    write(folder, "purr")
    (folder / "hiss.md").write_bytes(b"\xff\x00")
    (folder / "other.md").write_text(PURR.format(id="another", needs="[]"))
    found = whole_shelf()
    assert [each.key for each in found.lessons if each.pack] == ["cats/purr"]
    assert [Path(problem.partition(":")[0]).name for problem in found.problems] == ["hiss.md", "other.md"]


def test_one_name_registered_twice(site: Path) -> None:
    write(install(site, CATS), "purr")
    install(site, "[ptrepl.lessons]\ncats = lions\n", distribution="lions", package="lions")
    first, second = installed_packs()
    assert (first.name, first.problem) == ("cats", "")
    assert second.problem == "The lesson pack 'cats' of lions is left out: the name is taken."


def test_a_folder_with_one_lesson_is_that_lesson(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "mine"
    folder.mkdir()
    with pytest.raises(LessonNotFound, match="There is no lesson 'mine'"):
        open_lesson("mine")
    (folder / "NOTES.md").write_text("no lesson")
    write(folder, "purr")
    for name in ("mine", "mine/purr", "mine/purr.md", "mine/purr/one", "mine/purr.md/one", str(folder)):
        assert open_lesson(name).lesson.key == "purr"
    write(folder, "meow")
    with pytest.raises(LessonNotFound, match=r"mine has several lessons: mine.meow\.md, mine.purr\.md"):
        open_lesson("mine")
