"""What is built holds what a learner needs and nothing else, and runs away from the checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

from ptrepl.tutor.library.shelf import lesson_files
from tests.house.tree import ROOT

LEFTOVERS = (
    "ptrepl/__pycache__/cli.cpython-311.pyc",
    "ptrepl/cli.py~",
    "lessons/.autograd.md.swp",
    "lessons/.DS_Store",
)
NOT_OURS = shutil.ignore_patterns(".*", "*~", "*.swp", "__pycache__", "build", "dist", "*.egg-info", "tests")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist of a copy of the checkout, and the wheel made from that sdist."""
    copy = tmp_path_factory.mktemp("checkout") / "ptrepl"
    shutil.copytree(ROOT, copy, ignore=NOT_OURS)
    (copy / "tests").mkdir()
    (copy / "tests" / "test_nothing.py").write_text("")
    shutil.copy(ROOT / ".gitignore", copy)
    for leftover in LEFTOVERS:
        (copy / leftover).parent.mkdir(exist_ok=True)
        (copy / leftover).write_text("")
    out = tmp_path_factory.mktemp("dist")
    done = subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(copy)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return out


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    (found,) = built.glob("*.whl")
    return found


def lessons_here() -> set[str]:
    return {f"ptrepl/{path.relative_to(ROOT).as_posix()}" for path in (ROOT / "lessons").rglob("*.md")}


def test_the_wheel_holds_every_module_every_lesson_and_every_text(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {path.relative_to(ROOT).as_posix() for path in (ROOT / "ptrepl").rglob("*.py")} <= names
    assert lessons_here()
    assert lessons_here() <= names
    texts = {path.relative_to(ROOT).as_posix() for path in (ROOT / "ptrepl" / "texts").rglob("*.md")}
    assert texts
    assert texts <= names


def test_the_wheel_holds_nothing_else(wheel: Path) -> None:
    def expected(name: str) -> bool:
        return (
            (name.startswith("ptrepl/") and name.endswith((".py", "/py.typed")))
            or name.startswith("ptrepl/lessons/")
            or (name.startswith("ptrepl/texts/") and name.endswith(".md"))
            or name.split("/")[0].endswith(".dist-info")
        )

    names = zipfile.ZipFile(wheel).namelist()
    assert [name for name in names if not expected(name)] == []
    assert not {Path(leftover).name for leftover in LEFTOVERS} & {Path(name).name for name in names}


def test_the_wheel_says_what_it_is(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    (info,) = {name.split("/")[0] for name in archive.namelist() if ".dist-info/" in name}
    assert "ptrepl = ptrepl.cli:main" in archive.read(f"{info}/entry_points.txt").decode()
    metadata = archive.read(f"{info}/METADATA").decode()
    assert "Name: ptrepl-tutor\n" in metadata
    assert "License-Expression: MIT" in metadata
    assert "Requires-Python: >=3.11" in metadata
    assert f"{info}/licenses/LICENSE" in archive.namelist()


def test_the_sdist_keeps_the_layout_of_the_checkout(built: Path) -> None:
    (found,) = built.glob("*.tar.gz")
    with tarfile.open(found) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    wanted = {"pyproject.toml", "constraints.txt", "Makefile", "README.md", "CHANGELOG.md", "LICENSE", "ptrepl/cli.py"}
    assert wanted | {name.removeprefix("ptrepl/") for name in lessons_here()} <= names
    assert not names & set(LEFTOVERS)


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ``ptrepl`` command of a new environment that holds the wheel; its dependencies are ours."""
    folder = tmp_path_factory.mktemp("new") / "env"
    venv.create(folder, with_pip=False, symlinks=os.name != "nt")
    where = sysconfig.get_paths("venv", {"base": str(folder), "platbase": str(folder)})
    # a line in a .pth file adds the folder without reading its .pth files, and so without our own editable install
    Path(where["purelib"], "dependencies.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    python = Path(where["scripts"], "python")
    install = [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-deps", "--no-index", str(wheel)]
    done = subprocess.run(install, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return Path(where["scripts"], "ptrepl")


def run(command: Path, *arguments: str, folder: Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(command), *arguments], cwd=folder, input=stdin, capture_output=True, text=True, check=False, timeout=120
    )


def test_the_installed_program_is_the_one_of_the_wheel(installed: Path, tmp_path: Path) -> None:
    done = run(installed.with_name("python"), "-c", "import ptrepl; print(ptrepl.__file__)", folder=tmp_path)
    assert Path(done.stdout.strip()).is_relative_to(installed.parents[1])


def test_the_installed_program_lists_its_lessons(installed: Path, tmp_path: Path) -> None:
    done = run(installed, "--list", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    for lesson in lesson_files(ROOT / "lessons"):
        assert lesson.stem in done.stdout
    assert "README" not in done.stdout


def test_the_wheel_holds_the_data_of_the_lessons(installed: Path, tmp_path: Path) -> None:
    find = "from ptrepl.tutor.library.shelf import lessons_folder as f; print(*(p.name for p in f().iterdir()))"
    done = run(installed.with_name("python"), "-c", find, folder=tmp_path)
    assert "houses.csv" in done.stdout.split()


@pytest.mark.nightly
def test_the_installed_program_runs_code_and_opens_a_lesson(installed: Path, tmp_path: Path) -> None:
    done = run(installed, "-c", "torch.ones(2)", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "shape=(2,)" in done.stdout
    unanswered = run(installed, "--lesson", "autograd", folder=tmp_path)
    assert unanswered.returncode == 1
    assert "Traceback" not in unanswered.stderr
