"""The history: kept before the code runs, by sessions that run at once, and never in the way."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptrepl.shell.prompt.history import FileHistory, history_path
from tests.children import PATIENCE, started
from tests.shell.typing_keys import ENTER, UP, typed


def entries(path: Path) -> list[str]:
    """What a new session finds, oldest first."""
    return list(FileHistory(path).load_history_strings())[::-1]


def loaded(history: FileHistory) -> list[str]:
    """What the prompt gets, newest first."""

    async def load() -> list[str]:
        return [entry async for entry in history.load()]

    return asyncio.run(load())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "history"


def test_it_lives_in_the_folder_that_the_user_chose(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PTREPL_STATE", str(tmp_path))
    assert history_path() == tmp_path / "history"


def test_it_lives_in_the_place_of_the_system_by_default(
    monkeypatch: pytest.MonkeyPatch, own_surroundings: Path
) -> None:
    monkeypatch.delenv("PTREPL_STATE")
    assert history_path().is_relative_to(own_surroundings)
    assert history_path().parent.name == "ptrepl"


def test_entries_come_back_whole_and_newest_first(path: Path) -> None:
    texts = ["x = 1", "def f():\n    return 1\n", "名 = '🎉'", '"quoted" \\ and\ttabbed']
    first = FileHistory(path)
    for text in texts:
        first.append_string(text)
    assert entries(path) == texts
    assert loaded(FileHistory(path)) == texts[::-1]
    assert first.get_strings() == texts
    assert first.notice is None


@given(st.lists(st.text(), max_size=20))
def test_any_text_comes_back(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    path = tmp_path_factory.mktemp("any") / "history"
    history = FileHistory(path)
    for text in texts:
        history.append_string(text)
    assert entries(path) == texts


def test_a_history_of_many_blocks_comes_back_whole(path: Path) -> None:
    texts = [f"x{number} = '{'é' * (number % 97)}'" for number in range(4000)]
    texts[1000] = "long = '" + "a" * 200_000 + "'"
    history = FileHistory(path)
    for text in texts:
        history.append_string(text)
    assert path.stat().st_size > 6 * 64 * 1024
    assert entries(path) == texts


def test_of_a_very_long_history_the_end_is_loaded(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("".join(f'\n"entry {number}"\n' for number in range(100_000)))
    found = entries(path)
    assert found[-1] == "entry 99999"
    assert 10_000 < len(found) < 100_000
    assert found == [f"entry {number}" for number in range(100_000 - len(found), 100_000)]


def test_what_is_appended_while_it_loads_is_there_once(path: Path) -> None:
    FileHistory(path).append_string("old")
    history = FileHistory(path)
    history.append_string("new")
    assert loaded(history) == ["new", "old"]
    history.append_string("newest")
    assert loaded(history) == ["newest", "new", "old"]


def test_loading_may_be_broken_off_at_any_point(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("".join(f'\n"{number:09}"\n' for number in range(20_000)))
    history = FileHistory(path)

    async def broken_off() -> None:
        loading = history.load()
        async for entry in loading:
            if entry == "000012000":
                break
        await loading.aclose()

    asyncio.run(broken_off())
    assert loaded(history) == [f"{number:09}" for number in reversed(range(20_000))]


@pytest.mark.parametrize("folder_exists", [True, False])
def test_nobody_else_may_read_it(path: Path, folder_exists: bool) -> None:
    if folder_exists:
        path.parent.mkdir(mode=0o755)
    mask = os.umask(0)
    try:
        FileHistory(path).append_string("secret = 1")
    finally:
        os.umask(mask)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == (0o755 if folder_exists else 0o700)


def test_a_file_that_others_could_read_is_closed_to_them(path: Path) -> None:
    path.parent.mkdir()
    path.write_text('"x = 1"\n')
    path.chmod(0o644)
    assert entries(path) == ["x = 1"]
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b'\n"a"\n\n"b\n\n"c"\n', ["a", "c"]),
        (b'\n"a"\n\n"b', ["a"]),
        (b'\n"a"\n' + b"\0" * 4096 + b'\n"b"\n', ["a", "b"]),
        (b'\n"a"\n\xff\xfe"\n[1, 2]\n3\n' + b"[" * 100_000 + b'\n"b"\n', ["a", "b"]),
        (b'"a"\n"b"', ["a", "b"]),
        (b"", []),
    ],
)
def test_torn_records_are_skipped(path: Path, content: bytes, found: list[str]) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    history = FileHistory(path)
    assert loaded(history)[::-1] == found
    history.append_string("next")
    assert entries(path) == [*found, "next"]


def broken_directory(path: Path) -> None:
    path.mkdir(parents=True)


def broken_parent(path: Path) -> None:
    path.parent.write_text("a file where the folder should be")


def broken_junk(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(bytes(range(256)) * 1000)


def broken_pipe(path: Path) -> None:
    path.parent.mkdir()
    os.mkfifo(path)


def broken_loop(path: Path) -> None:
    path.parent.mkdir()
    path.symlink_to(path)


@pytest.mark.parametrize("breaks", [broken_directory, broken_parent, broken_junk, broken_pipe, broken_loop])
def test_what_cannot_be_kept_is_remembered_and_said_in_one_line(path: Path, breaks: object) -> None:
    assert callable(breaks)
    breaks(path)
    before = path.read_bytes() if path.is_file() else None
    history = FileHistory(path)
    assert history.notice is not None
    assert "\n" not in history.notice
    assert str(path) in history.notice
    history.append_string("x = 1")
    assert loaded(history) == ["x = 1"]
    assert (path.read_bytes() if path.is_file() else None) == before


def test_a_disk_that_fills_up_is_no_obstacle(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    history = FileHistory(path)
    monkeypatch.setattr(os, "write", lambda descriptor, data: len(data) // 2)
    history.append_string("x = 1")
    assert history.notice is not None
    history.append_string("y = 2")
    assert history.get_strings() == ["x = 1", "y = 2"]


def test_a_history_may_be_sent_to_nowhere(path: Path) -> None:
    path.parent.mkdir()
    path.symlink_to("/dev/null")
    history = FileHistory(path)
    history.append_string("x = 1")
    assert history.notice is None
    assert loaded(history) == ["x = 1"]


WRITER = """
    import sys
    from pathlib import Path
    from ptrepl.shell.prompt.history import FileHistory

    history = FileHistory(Path(sys.argv[1]))
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(int(sys.argv[3])):
        history.append_string(f"{sys.argv[2]} {number}\\n" + "x" * (number * 37 % 900))
    print("done", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def writer(path: Path, name: str, count: int) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", textwrap.dedent(WRITER), str(path), name, str(count)]
    with started(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process


def go_on(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def test_sessions_that_run_at_once_lose_and_mangle_nothing(path: Path) -> None:
    with writer(path, "a", 300) as a, writer(path, "b", 300) as b, writer(path, "c", 300) as c:
        for session in (a, b, c):
            go_on(session)
        for session in (a, b, c):
            session.communicate("\n", timeout=PATIENCE)
    found = entries(path)
    written = {f"{name} {number}\n" + "x" * (number * 37 % 900) for name in ("a", "b", "c") for number in range(300)}
    assert len(found) == len(written)
    assert set(found) == written


def test_what_was_typed_survives_a_kill(path: Path) -> None:
    with writer(path, "a", 3) as session:
        go_on(session)
        assert session.stdout is not None
        assert session.stdout.readline() == "done\n"
        session.send_signal(signal.SIGKILL)
        session.communicate()
    assert [entry.split("\n")[0] for entry in entries(path)] == ["a 0", "a 1", "a 2"]


def test_an_entry_is_kept_before_its_code_runs(path: Path) -> None:
    assert typed("x = 1" + ENTER, history=FileHistory(path)) == "x = 1"
    assert entries(path) == ["x = 1"]


def test_the_prompt_finds_what_an_earlier_session_typed(path: Path) -> None:
    FileHistory(path).append_string("if a:\n    b\n")
    assert typed(UP + ENTER, history=FileHistory(path)) == "if a:\n    b\n"
