"""A file as a script: what it finds about itself, and why some bytes are no program."""

from __future__ import annotations

from pathlib import Path

import pytest

from ptrepl.errors import UsageError
from ptrepl.shell.script import read_script
from tests.children import run_ptrepl


def test_a_script_knows_where_it_is_whatever_folder_it_goes_to(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "mine.py").write_text(
        "import os, sys\nos.chdir('elsewhere')\nprint(__file__)\nprint(os.path.abspath(__file__))\nprint(sys.argv[0])\n"
        "print(__cached__, type(__loader__).__name__, __loader__.get_source('__main__')[:9])\n1 / 0\n"
    )
    done = run_ptrepl("mine.py", folder=tmp_path)
    path = str(tmp_path / "mine.py")
    assert done.stdout.splitlines() == [path, path, "mine.py", "None SourceFileLoader import os"]
    assert f'File "{path}", line 7' in done.stderr
    assert "\n    1 / 0\n" in done.stderr


@pytest.mark.parametrize("how", [("-c", "print(__loader__.__name__)"), ()])
def test_code_that_is_no_file_has_the_loader_of_python(how: tuple[str, ...]) -> None:
    done = run_ptrepl(*how, stdin="" if how else "print(__loader__.__name__)\n")
    assert done.stdout == "BuiltinImporter\n"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"# coding: nonsense\nprint(1)\n", "declares the encoding nonsense, which Python does not have."),
        (b"#!/usr/bin/python\n# -*- coding: utf-9 -*-\n", "declares the encoding utf-9, which Python does not have."),
        (b"a = 1\nb = 2\nprint('\xe9')\n", "is not text in utf-8: line 3 has the byte 0xe9. Save it as UTF-8."),
        (b"print('\xe9')\n", "is not text in utf-8: line 1 has the byte 0xe9. Save it as UTF-8."),
        (b"# coding: ascii\n\nx = '\xc3\xa9'\n", "is not text in ascii: line 3 has the byte 0xc3. Save it as UTF-8."),
        (b"\x7fELF\xff\0\1", "is not a Python file: its bytes are not text."),
        (b"x = 1\0", "is not a Python file: it contains null bytes."),
    ],
)
def test_why_bytes_are_no_program(content: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "odd.py"
    path.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        read_script(str(path))
    assert str(caught.value) == f"{path} {said}"


def test_the_folder_of_a_script_is_not_searched_where_python_was_told_so(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("import sys\nprint(sys.path[0])\n")
    assert run_ptrepl("mine.py", folder=tmp_path).stdout == f"{tmp_path}\n"
    safe = run_ptrepl("mine.py", folder=tmp_path, environment={"PYTHONSAFEPATH": "1"})
    assert str(tmp_path) not in safe.stdout


def test_code_and_the_prompt_after_it_may_be_asked_for_in_one_word() -> None:
    done = run_ptrepl("-ic", "x = 41", stdin="print(x + 1)\n")
    assert (done.returncode, done.stdout) == (0, "42\n")


def test_an_ascii_stream_gets_no_escapes_for_our_signs() -> None:
    done = run_ptrepl("-c", "torch.ones(1) @ torch.ones(2)", environment={"PYTHONIOENCODING": "ascii"})
    assert "\n| torch.ones(1) is (1,)" in done.stderr
    assert "\\u" not in done.stderr
