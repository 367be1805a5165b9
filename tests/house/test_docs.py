"""What is written about the project agrees with the project."""

from __future__ import annotations

import json
import re
import sys
import textwrap
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from ptrepl import __version__
from ptrepl.tutor.library.shelf import shelf
from tests.children import run_child
from tests.house.tree import PACKAGE, ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def folders_of_the_map() -> set[str]:
    """The paths in the block under "Map"; a line is indented by two for each folder that it stands in."""
    block = README.split("## Map", 1)[1].split("```")[1]
    found: set[str] = set()
    above: list[str] = []
    for line in block.strip().splitlines():
        name = line.split()[0]
        above[(len(line) - len(line.lstrip())) // 2 :] = [name]
        found.add("".join(above).rstrip("/"))
    return found


def test_the_map_names_every_folder_and_no_other() -> None:
    shown = [path for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith((".", "__"))]
    made = {"build", "dist"}  # by building, not by us
    rooms = [path for path in PACKAGE.rglob("*") if path.is_dir() and list(path.glob("*.py"))]
    there = {path.relative_to(ROOT).as_posix() for path in (*shown, *rooms)}
    assert folders_of_the_map() == {name for name in there if name not in made and not name.endswith(".egg-info")}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8"))
    missing = [target for target in targets if "://" not in target and not (page.parent / target).exists()]
    assert not missing


def test_lessons_and_steps_of_the_readme_are_there() -> None:
    named = re.findall(r"--lesson ([a-z-]+)(?:/([a-z-]+))?", README)
    assert named
    for lesson, step in named:
        text = (ROOT / "lessons" / f"{lesson}.md").read_text(encoding="utf-8")
        assert not step or f"<!-- step: {step} " in text


def shape_of_page(text: str) -> dict[str, Any]:
    """What a translation of a page has in common with it."""
    fences = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    return {
        "headings": [len(level) for level in re.findall(r"^(#+) ", prose, re.MULTILINE)],
        "rows": [line.count("|") for line in prose.splitlines() if line.startswith("|")],
        "points": len(re.findall(r"^- ", prose, re.MULTILINE)),
        "links": sorted({*re.findall(r"\]\(([^)]+)\)", prose)} - {"README.md", "README.zh.md"}),
        "code": sorted(re.findall(r"`[^`\n]+`", re.sub(r"(?<=\S)\n", " ", prose))),
        "fences": [(kind, list(map(_without_words, body.splitlines()))) for kind, body in fences],
    }


def _without_words(line: str) -> str:
    """A line of a fence without the words behind its command, setting or path."""
    return re.split(r"\s\s+(?=\S)|\s+#", line.strip())[0]


def test_the_chinese_readme_is_the_same_page() -> None:
    chinese = (ROOT / "README.zh.md").read_text(encoding="utf-8")
    english, theirs = shape_of_page(README), shape_of_page(chinese)
    for part, found in english.items():
        assert theirs[part] == found, part
    assert "(README.zh.md)" in README[:100]
    assert "(README.md)" in chinese[:100]


@pytest.mark.parametrize("command", ["run", "test", "lint", "format", "nightly", "bench", "messages", "screenshot"])
def test_commands_of_the_pages_are_in_the_makefile(command: str) -> None:
    assert re.search(rf"^{command}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert any(f"make {command}" in page.read_text(encoding="utf-8") for page in PAGES)


def test_the_changelog_tells_of_this_version() -> None:
    headings = re.findall(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert headings
    assert headings[0] in ("Unreleased", __version__)


def test_the_example_of_the_readme_prints_what_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    exec(compile(example, "README.md", "exec"), {"__name__": "readme"})
    (said,) = re.findall(r"# (│.*)", example)
    assert capsys.readouterr().out == f"{said}\n"


def test_every_dependency_has_its_version_in_the_constraints() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [
        *project["dependencies"],
        *(name for extra in project["optional-dependencies"].values() for name in extra),
    ]
    pinned = re.findall(r"^([\w.-]+)==", (ROOT / "constraints.txt").read_text(encoding="utf-8"), re.MULTILINE)

    def plain(name: str) -> str:
        return re.split(r"[<>=!~\[; ]", name)[0].lower().replace("_", "-")

    assert {plain(name) for name in wanted} <= {plain(name) for name in pinned}


def test_the_worked_rule_is_the_one_of_the_package() -> None:
    walked = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split("## A rule, from failing line to test", 1)[1]
    blocks = [
        textwrap.dedent(block) for block in re.findall(r"(?s) {3}```python\n(.*?) {3}```", walked.split("\n## ")[0])
    ]
    test, *excerpts = blocks
    assert len(excerpts) == 3
    module = (PACKAGE / "explain" / "rules" / "shapes" / "square.py").read_text(encoding="utf-8")
    lines = {line.strip() for line in module.splitlines()}
    assert not [line for block in excerpts for line in block.splitlines() if line.strip() not in lines]
    exec(test, {})


def test_the_manual_and_the_completion_are_those_of_the_command_line() -> None:
    made = run_child(
        [sys.executable, "-c", "import json, command_line; print(json.dumps(command_line.files()))"], cwd=DOCS
    )
    for name, text in json.loads(made.stdout).items():
        assert (DOCS / name).read_text(encoding="utf-8") == text, f"make manual writes docs/{name} anew"


def test_the_shell_completes_options() -> None:
    script = "source completion/ptrepl.bash; COMP_WORDS=(ptrepl --les); COMP_CWORD=1; COMP_LINE='ptrepl --les'; "
    shown = run_child(["bash", "-c", script + "_shtab_ptrepl 2>/dev/null; echo ${COMPREPLY[@]}"], cwd=DOCS)
    assert shown.stdout.split() == ["--lesson"]


def test_the_citation_is_of_this_version() -> None:
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert cited["version"] == __version__
    assert cited["title"].startswith("ptrepl")


def test_the_table_of_the_course_is_that_of_the_lessons() -> None:
    page = (ROOT / "lessons" / "README.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if re.match(r"\| \d+ \| \[", line)]
    assert rows == [
        f"| {number} | [{each.id}]({each.id}.md) | {each.title} | {', '.join(each.needs) or '–'} "
        f"| {len(each.steps)} | {each.minutes} |"
        for number, each in enumerate(shelf(), 1)
    ]
