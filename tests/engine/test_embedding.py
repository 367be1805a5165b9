"""Sessions inside another program: what they leave alone, and what the program may add."""

from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ptrepl.engine.outcome import Picture, Status
from ptrepl.engine.run.session import Session
from ptrepl.engine.watch.notes import ChangedInPlace
from ptrepl.engine.watch.targets import Name
from tests.children import ROOT
from tests.engine.prompt import preloaded

PICTURE = Picture("matplotlib", 640, 480, data=b"\x89PNG", title="loss", labels=("epoch", "loss"))


@pytest.fixture
def session() -> Iterator[Session]:
    with Session(names=preloaded) as made:
        yield made


def test_a_host_finds_its_interpreter_as_it_was_between_the_statements_of_two_sessions() -> None:
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("embedding.py"))],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert (done.stderr, done.returncode) == ("", 0)
    assert done.stdout == "7\ntensor(4.)\n" * 2


def test_a_handler_that_the_host_sets_between_two_statements_stays(session: Session) -> None:
    import signal

    before = signal.getsignal(signal.SIGINT)
    try:
        running = session.run("a = 1\nb = 2")
        next(running)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        running.close()
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_session_is_no_longer_used_once_it_is_closed(session: Session) -> None:
    list(session.run("x = torch.ones(2)"))
    session.close()
    session.close()
    assert session.namespace["x"].tolist() == [1, 1]
    with pytest.raises(RuntimeError, match="the session is closed"):
        list(session.run("x"))


def test_an_adopted_session_gives_back_what_it_took() -> None:
    host = sys.modules["__main__"]
    with Session("__main__", adopt=True) as session:
        assert sys.modules["__main__"] is session.module
        list(session.run("5;"))
    assert sys.modules["__main__"] is host
    with Session("never_seen", adopt=True):
        assert "never_seen" in sys.modules
    assert "never_seen" not in sys.modules
    with pytest.raises(ValueError, match="a namespace of the host's"):
        Session(namespace={}, adopt=True)


def test_a_namespace_of_the_hosts_is_run_in_as_it_is() -> None:
    import torch

    names = {"x": torch.ones(2), "torch": torch}
    with Session(namespace=names) as session:
        outcome, made = session.run("x += 1\nclass Made: pass")
        assert [(change.target, change.notes) for change in outcome.changes] == [(Name("x"), (ChangedInPlace(),))]
        assert made.bound == ("Made",)
        assert names["Made"].__module__ == names["__name__"] == "__console__"
        names["y"] = torch.ones(3)
        session.rebase()
        assert next(session.run("z = 1")).changes == ()
        session.reset()
    assert names.keys() - {"__builtins__"} == {"x", "torch", "__name__"}
    module = type(sys)("of_the_host")
    with Session(namespace=module) as session:
        list(session.run("x = __name__"))
    assert module.x == "of_the_host"
    assert "of_the_host" not in sys.modules


def test_which_files_are_the_learners_is_for_the_host_to_say() -> None:
    cell = "<ipython-input-1-0a1b2c>"
    with Session(learner_files=lambda name: name.startswith("<ipython-input")) as session:
        list(session.run("def f(): return 1 / 0", cell))
        outcome = next(session.run("f()", "<ipython-input-2-aa>"))
        frames = outcome.error.frames
        assert [(frame.filename, frame.learner, frame.line) for frame in frames] == [
            ("<ipython-input-2-aa>", True, "f()"),
            (cell, True, "def f(): return 1 / 0"),
        ]
        # a cell of the same name that was changed has its new text
        outcome = next(session.run("1 / 0  # changed", cell))
        assert outcome.error.frames[0].line == "1 / 0  # changed"
        assert not next(session.run("1 / 0")).error.frames[0].learner


def test_the_owner_is_asked_before_an_import(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own_surroundings: Path
) -> None:
    for name in [each for each in sys.modules if each.partition(".")[0] == "matplotlib"]:
        monkeypatch.delitem(sys.modules, name)  # the real one, which another test may have imported
    package = tmp_path / "matplotlib"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "pyplot.py").write_text("import os\nbackend = os.environ['MPLBACKEND']\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    asked = []

    def before(module: str) -> None:
        asked.append((module, module in sys.modules, sys.getrecursionlimit()))
        monkeypatch.setenv("MPLBACKEND", "ours")

    limit = sys.getrecursionlimit()
    try:
        with Session(before_import=before) as session:
            list(session.run(f"import sys; sys.setrecursionlimit({limit + 7})\nfound = plt.backend\nplt"))
            assert session.namespace["found"] == "ours"
            assert asked == [("matplotlib.pyplot", False, limit)]
            del session.namespace["plt"]
            session.before_import = lambda module: [][0]
            assert next(session.run("plt")).status is Status.OK
    finally:
        for name in ("matplotlib", "matplotlib.pyplot"):
            sys.modules.pop(name, None)
    assert "preparing the import of matplotlib.pyplot" in (own_surroundings / "state" / "errors.log").read_text()


def test_pictures_belong_to_the_statement_that_runs(session: Session) -> None:
    session.namespace["draw"] = lambda: session.attach(PICTURE)
    first, second, third = session.run("if True:\n    draw()\n    draw()\nx = 1\n[draw(), 1 / 0]\n")
    assert [first.pictures, second.pictures, third.pictures] == [(PICTURE, PICTURE), (), (PICTURE,)]
    assert third.status is Status.RAISED
    with pytest.raises(RuntimeError, match="none is running"):
        session.attach(PICTURE)
    with pytest.raises(dataclasses.FrozenInstanceError):
        PICTURE.title = "other"
    with pytest.raises(ValueError, match="its bytes, or the path"):
        Picture("matplotlib", 1, 1)


def test_a_class_of_one_session_is_no_stranger_to_it_when_another_has_looked() -> None:
    with Session("first_learner", preloaded) as first, Session("second_learner", preloaded) as second:
        list(first.run("class Holder: pass"))
        list(second.run("taken = None"))
        second.namespace["taken"] = first.namespace["Holder"]()
        list(second.run("x = 1"))
        made = [*first.run("h = Holder()\nh.weight = torch.ones(2)")][-1]
        assert {change.target for change in made.changes} == {Name("h")}


def test_a_session_does_not_run_inside_its_own_statement() -> None:
    before = signal.getsignal(signal.SIGINT)
    with Session() as session:
        session.namespace["session"] = session
        (outcome,) = session.run("list(session.run('z = 1'))")
        assert outcome.error is not None
        assert outcome.error.message == "this session is running a statement, and cannot run another one inside it"
        assert [each.status for each in session.run("z = 2")] == [Status.OK]
    assert signal.getsignal(signal.SIGINT) is before
