"""The configuration file: what it sets, what stands above it, and that nothing wrong in it is fatal."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptrepl.errors import UsageError
from ptrepl.settings.arguments import parse_arguments
from ptrepl.settings.config import KEYS, parse_config, parse_value, toml_text
from ptrepl.settings.config_file import load_config
from ptrepl.shell.effective_settings import FROM_FILE, settle
from tests.children import run_ptrepl
from tests.program.screen import program


def problems(text: str) -> tuple[str, ...]:
    return parse_config(text, "c.toml").problems


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            'xray = "fulll"',
            'c.toml:1: xray cannot be "fulll". It can be off, line or full. The default, "line", is used.',
        ),
        ("\n\nvi = 1", "c.toml:3: vi cannot be 1. It can be true or false. The default, false, is used."),
        ("seed = true", "c.toml:1: seed cannot be true. It can be a whole number of 64 bits. It is left out."),
        ('# x\nxrai = "off"', "c.toml:2: There is no setting xrai. Did you mean xray? It is left out."),
        ('colour = "none"', "c.toml:1: There is no setting colour. Did you mean theme? It is left out."),
        ("[display]\nvi = true", "c.toml:1: There is no setting display; there are xray, device"),
        ("vi = true\nx ray = 1", "c.toml:2: this is not TOML (Expected '=' after a key in a key/value pair), so the"),
        ('device = "gpu"', 'c.toml:1: device cannot be "gpu". It can be auto, cpu, cuda, cuda:1, mps, xpu or meta.'),
        ('theme = "', "c.toml:1: this is not TOML ("),
    ],
)
def test_what_is_wrong_is_said_in_one_line_with_its_place(text: str, said: str) -> None:
    (line,) = problems(text)
    assert line.startswith(said)
    assert "\n" not in line


def test_what_is_right_beside_something_wrong_holds() -> None:
    found = parse_config('xray = "no"\nvi = true\nseed = 7\n', "c.toml")
    assert found.values == {"vi": True, "seed": 7}
    assert len(found.problems) == 1


@given(st.text())
def test_no_text_makes_it_fail(text: str) -> None:
    found = parse_config(text, "c.toml")
    assert all(line.startswith("c.toml:") and len(line.splitlines()) == 1 for line in found.problems)


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.name)
def test_a_default_can_be_written_into_the_file(key) -> None:  # type: ignore[no-untyped-def]
    if key.default is not None:
        found = parse_config(f"{key.name} = {toml_text(key.default)}", "c.toml")
        assert found.values == {key.name: key.default}


@given(st.text(min_size=1).filter(lambda text: text.strip() and "\0" not in text and text.isprintable()))
def test_any_path_can_be_written_into_the_file(path: str) -> None:
    assert parse_config(f"startup = {toml_text(path)}", "c.toml").values == {"startup": path}


def test_a_typed_value_needs_no_quotation_marks() -> None:
    assert parse_value("xray", "full") == parse_value("xray", '"full"') == "full"
    assert parse_value("vi", "true") is True
    with pytest.raises(UsageError, match=r'vi cannot be "yes"\. It can be true or false'):
        parse_value("vi", "yes")


def test_options_stand_above_the_file_and_the_file_above_the_defaults() -> None:
    found = parse_config('xray = "off"\ndevice = "meta"\nplain = true\n', "c.toml")
    settings = settle(parse_arguments(["--xray", "line"]), found)
    assert (settings.xray, settings.device, settings.plain, settings.theme) == ("line", "meta", True, "auto")
    assert settings.sources == {"xray": "--xray", "device": FROM_FILE, "plain": FROM_FILE}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PTREPL_CONFIG", str(tmp_path))
    return tmp_path


def test_without_a_file_there_is_nothing_to_say(folder: Path) -> None:
    assert (load_config().values, load_config().problems) == ({}, ())


def test_a_file_that_cannot_be_read_is_a_problem(folder: Path) -> None:
    (folder / "config.toml").mkdir()
    assert "cannot be read" in load_config().problems[0]
    (folder / "config.toml").rmdir()
    os.mkfifo(folder / "config.toml")
    assert "not a file" in load_config().problems[0]
    (folder / "config.toml").unlink()
    (folder / "config.toml").write_bytes(b"vi = true\n# \xff\n")
    assert load_config().problems == (
        f"{folder / 'config.toml'}:2: this is not text in UTF-8, so the defaults are used.",
    )


def run(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return run_ptrepl(*arguments, stdin=stdin)


def test_a_bad_file_does_not_keep_code_from_running(folder: Path) -> None:
    (folder / "config.toml").write_text('xray = "off"\nvi = 3\n')
    done = run("-c", "x = torch.ones(2); print(len(x))")
    assert (done.returncode, done.stdout) == (0, "2\n")
    assert (
        done.stderr
        == f"{folder / 'config.toml'}:2: vi cannot be 3. It can be true or false. The default, false, is used.\n"
    )
    assert run("--xray", "line", "-c", "x = torch.ones(2)").stdout.startswith("│ x  shape=(2,)")


@pytest.mark.nightly
def test_doctor_names_the_file_and_what_is_wrong_with_it(folder: Path) -> None:
    (folder / "config.toml").write_text("vi = 3\n")
    said = run("--doctor").stdout
    assert f"configuration   {folder / 'config.toml'}\n" in said
    assert "config.toml:1: vi cannot be 3. It can be true or false." in said


def test_startup_files_run_before_the_first_prompt_and_are_not_fatal(folder: Path) -> None:
    (folder / "first.py").write_text("import math\nfirst = __file__\n")
    (folder / "mine.py").write_text("second = torch.ones(len(first[:3]))\n1 / 0\n")
    (folder / "config.toml").write_text('startup = "mine.py"\nxray = "line"\n')
    with program(environment={"PYTHONSTARTUP": str(folder / "first.py")}) as screen:
        screen.wait(">>>")
        assert "ZeroDivisionError" in screen.text
        screen.enter("print(math.floor(second.sum() + 0.5), '__file__' in globals())")
        screen.wait("3 False")


def test_a_startup_file_that_raises_shows_its_error_and_the_prompt_comes_up(folder: Path) -> None:
    (folder / "first.py").write_text("before = 40\nraise SystemExit(3)\n")
    with program(environment={"PYTHONSTARTUP": str(folder / "first.py")}) as screen:
        screen.wait("SystemExit: 3")
        screen.wait(">>>")
        screen.enter("before + 2")
        screen.wait("\n42")


def test_the_greeting_fits_forty_columns(folder: Path) -> None:
    with program(columns=40) as screen:
        screen.wait(">>>")
        greeting = screen.text.split(">>>")[0].split()
        said = "%help lists commands; Ctrl-D leaves. New here? %lesson start shows you how all this works."
        assert " ".join(greeting).endswith(said)
        assert all(len(line) <= 40 for line in screen.printed)
