"""Statements run as at Python's prompt: values, failures, awaits, exits, sources."""

from __future__ import annotations

import ast
import builtins
import contextlib
import gc
import importlib
import io
import sys
import textwrap
import warnings
from pathlib import Path

import pytest

from ptrepl.engine.outcome import Status
from tests.engine.prompt import Prompt, line, shown


def statuses(prompt: Prompt, source: str) -> list[str]:
    return [outcome.status.value for outcome in prompt.outcomes(source)]


def as_python_prints(source: str) -> str:
    """What CPython's prompt prints for each statement of ``source``, up to and without an exception's traceback."""
    namespace = {"__name__": "__main__", "__doc__": None, "__builtins__": builtins}
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.suppress(Exception):
        for node in ast.parse(source).body:
            exec(compile(ast.Interactive([node]), "<stdin>", "single", dont_inherit=True), namespace)
    return out.getvalue()


# values

SHOWN = [
    "1",
    "None",
    "1; 2; 3",
    "'text'",
    "x = 1; x",
    "x = y = 3\nx, y",
    "print('printed')",
    "for i in range(3): i\n",
    "for i in range(3):\n    i\n    i * 10\nelse:\n    'done'\n",
    "if True: 'yes'\n",
    "while True:\n    'once'\n    break\n",
    "with open('/dev/null'): 'inside'\n",
    "try:\n    1\n    1 / 0\nexcept ZeroDivisionError:\n    'caught'\nfinally:\n    'finally'\n",
    "def f():\n    'doc'\n    1\n    return 2\nf()",
    "class C:\n    'doc'\n    3\nC.__doc__",
    "[i for i in range(3)]",
    "(y := 3)\ny",
    "x: int = 3\n__annotations__",
    "lambda: 0 if False else None;",
    "match 3:\n    case 3: 'three'\n",
    "'doc'\n__doc__ is None",
    "5\n_ * 2\n_ + 1",
    "5\nNone\n_",
    "_ = 7\n5\n_",
    "1;",
    "1; 2;",
    "1 ; # quiet",
    "x = [1]; x;",
    "'é图🔥'",
    "__name__",
    "'__file__' in globals()",
    "@staticmethod\ndef f(): pass\nf.__name__",
    "10 ** 20",
    "print('a', end='')\n1",
    "class R:\n    def __repr__(self): return 'shown'\nR()",
    "class R:\n    def __repr__(self): return 3\nR()",
    "1\n1 / 0\n2",
    "import sys; sys.displayhook = lambda v: print('hook', v)\n3\nif 1: 4\n",
]


@pytest.mark.parametrize("source", SHOWN)
def test_values_are_shown_as_python_shows_them(
    prompt: Prompt, source: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "displayhook", sys.__displayhook__)
    prompt.outcomes(source)
    ours = capsys.readouterr().out
    builtins.__dict__.pop("_", None)
    python = as_python_prints(source)
    for silenced in ("1;", "1; 2;", "1 ; # quiet", "x = [1]; x;", "lambda: 0 if False else None;"):
        if source == silenced:  # the one difference: a semicolon at the end silences
            assert python != ours
            python = "".join(python.splitlines(keepends=True)[:-1])
    assert ours == python


@pytest.mark.parametrize(
    ("source", "value"),
    [("5", 5), ("5\nNone", 5), ("5\n6;", 6), ("5\nx = 6", 5), ("5\n1 / 0", 5), ("5\nprint()", 5), ("5\n''", "")],
)
def test_the_last_value_is_bound_to_an_underscore(prompt: Prompt, source: str, value: object) -> None:
    prompt.outcomes(source)
    assert builtins._ == value
    assert "_" not in prompt.session.namespace


def test_a_value_whose_repr_raises_fails_its_statement_and_is_kept(prompt: Prompt) -> None:
    prompt("class R:\n    def __repr__(self): raise ValueError('no')\n")
    outcome = prompt.last("R()")
    assert outcome.error.final == "ValueError: no\n"
    assert [(frame.filename, frame.function) for frame in outcome.error.frames] == [("<ptrepl-1>", "__repr__")]
    assert prompt("_;") == []


# one after another


def test_statements_run_one_by_one_as_they_are_asked_for(prompt: Prompt) -> None:
    running = prompt.session.run("seen = [1]\nseen.append(2)\nseen.append(3)\n")
    next(running)
    assert prompt["seen"] == [1]
    assert next(running).source == "seen.append(2)"
    assert prompt["seen"] == [1, 2]
    running.close()
    assert prompt["seen"] == [1, 2]


@pytest.mark.parametrize(
    ("source", "parts"),
    [
        ("a = 1; b = 2", ["a = 1", "b = 2"]),
        ("a = 1\n\n# nothing\nb = 2", ["a = 1", "b = 2"]),
        ("@f\n@g(1)\ndef h(): pass\nx = 1", ["@f\n@g(1)\ndef h(): pass"]),
        ("é = '图'; z = 1", ["é = '图'", "z = 1"]),
        ("", []),
        ("# nothing", []),
        ("\n\n", []),
    ],
)
def test_each_statement_is_told_with_its_source(prompt: Prompt, source: str, parts: list[str]) -> None:
    assert [outcome.source for outcome in prompt.outcomes(source)] == parts


def test_the_first_failure_stops_the_rest(prompt: Prompt) -> None:
    assert statuses(prompt, "a = 1\n1 / 0\nb = 2") == ["ok", "raised"]
    assert prompt["a"] == 1
    assert "b" not in prompt.session.namespace


@pytest.mark.parametrize(
    "source", ["a = 1; return", "a = 1\nyield", "a = 1\nb = = 2", "a = 1\nx = \0", "a = 1\nif a:\nb = 2"]
)
def test_nothing_runs_if_something_does_not_compile(prompt: Prompt, source: str) -> None:
    assert statuses(prompt, source) == ["raised"]
    assert "a" not in prompt.session.namespace


@pytest.mark.parametrize(
    "how", ["1 / 0", "raise KeyboardInterrupt", "raise SystemExit", "import signal; signal.raise_signal(2)"]
)
def test_what_changed_before_a_failure_is_told(prompt: Prompt, how: str) -> None:
    prompt("x = torch.zeros(2)")
    outcome = prompt.last(f"if True:\n    x.add_(1); y = torch.zeros(3)\n    {how}\n")
    assert outcome.status is not Status.OK
    assert shown(outcome) == [line("x", "changed in place", shape="(2,)"), line("y", shape="(3,)")]


def test_names_that_a_statement_bound(prompt: Prompt) -> None:
    source = (
        "a = b = 1; import math as m; def_ = 2\nfor i in (): j = 1\ndef f():\n    global g\n    k = 1\nclass C: z = 1"
    )
    assert [outcome.bound for outcome in prompt.outcomes(source)] == [
        ("a", "b"),
        ("m",),
        ("def_",),
        ("i", "j"),
        ("f",),
        ("C",),
    ]


def test_time_is_that_of_the_code(prompt: Prompt) -> None:
    assert 0.01 <= prompt.last("import time; time.sleep(0.01)").seconds < 5


# leaving


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("raise SystemExit", None),
        ("import sys; sys.exit()", None),
        ("import sys; sys.exit(3)", 3),
        ("raise SystemExit('a message')", "a message"),
        ("raise SystemExit(True)", True),
        ("class Leave(SystemExit): pass\nraise Leave(4)", 4),
        ("class Leave(SystemExit): code = property(lambda self: 1 / 0)\nraise Leave('over')", "over"),
        ("class Leave(SystemExit): code = property(lambda self: 5)\nraise Leave()", 5),
        ("for i in range(9):\n    if i == 5: raise SystemExit(i)\n", 5),
    ],
)
def test_leaving_tells_its_code(prompt: Prompt, source: str, code: object) -> None:
    *_, outcome = prompt.outcomes(source + "\nafter = 1")
    assert (outcome.status, outcome.exit_code, outcome.error) == (Status.EXIT, code, None)
    assert "after" not in prompt.session.namespace


# awaiting


@pytest.fixture
def at_await(prompt: Prompt) -> Prompt:
    prompt(
        """
import asyncio

async def give(value):
    await asyncio.sleep(0)
    return value

async def count(n):
    for i in range(n):
        yield i

class Manager:
    async def __aenter__(self): return "entered"
    async def __aexit__(self, *arguments): seen.append("left")

seen = []
"""
    )
    return prompt


def test_await_at_top_level(at_await: Prompt, capsys: pytest.CaptureFixture[str]) -> None:
    assert at_await("x = await give(torch.ones(2))") == [line("x", shape="(2,)")]
    at_await("await give(3)")
    at_await("await give(4);")
    at_await("async for i in count(2): i\n")
    at_await("async with Manager() as found: found\n")
    at_await("[i async for i in count(3)]")
    at_await("if True: await give(5)\n")
    assert capsys.readouterr().out == "3\n0\n1\n'entered'\n[0, 1, 2]\n5\n"
    assert at_await["seen"] == ["left"]


def test_a_task_goes_on_while_a_later_statement_awaits(at_await: Prompt) -> None:
    at_await("task = asyncio.ensure_future(give(7)) if False else None")
    at_await("task = await asyncio.wait_for(give(asyncio.get_running_loop().create_task(give(7))), 5)")
    at_await("x = await task")
    assert at_await["x"] == 7


def test_what_an_await_raises(at_await: Prompt) -> None:
    at_await("async def fail():\n    await asyncio.sleep(0)\n    1 / 0\n")
    report = at_await.last("await fail()").error
    assert [frame.function for frame in report.frames] == ["<module>", "fail"]
    assert report.final == "ZeroDivisionError: division by zero\n"


@pytest.mark.parametrize(
    ("how", "seen", "functions"),
    [
        ("interrupt()", "KeyboardInterrupt()", ["<module>", "wait", "interrupt"]),
        ("asyncio.get_running_loop().call_soon(interrupt)", "CancelledError()", ["<module>", "wait", "sleep"]),
        (
            "asyncio.get_running_loop().call_later(0.01, signal.raise_signal, 2)",
            "CancelledError()",
            ["<module>", "wait", "sleep"],
        ),
    ],
    ids=["in the coroutine", "in a callback", "in the loop"],
)
def test_an_interrupted_await_is_cancelled(at_await: Prompt, how: str, seen: str, functions: list[str]) -> None:
    at_await(
        f"""
import signal
def interrupt():
    signal.raise_signal(signal.SIGINT)

async def wait():
    try:
        {how}
        await asyncio.sleep(60)
    except BaseException as error:
        seen.append(repr(error))
        raise
"""
    )
    outcome = at_await.last("await wait()")
    assert outcome.status is Status.INTERRUPTED
    assert [frame.function for frame in outcome.error.frames] == functions
    assert at_await["seen"] == [seen]
    assert at_await.last("await give(1)").status is Status.OK


def test_the_event_loop_is_closed_with_the_session() -> None:
    prompt = Prompt("learner_who_awaits")
    prompt("import asyncio; await asyncio.sleep(0)")
    loop = prompt.session._executor._loop
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        del sys.modules["learner_who_awaits"], prompt
        gc.collect()
        assert loop.is_closed()


# compiling


def test_future_imports_hold_for_what_follows(prompt: Prompt) -> None:
    prompt("from __future__ import annotations")
    prompt("def f(x: undefined) -> also.undefined: pass\n")
    assert prompt["f"].__annotations__ == {"x": "undefined", "return": "also.undefined"}
    prompt.session.reset()
    assert prompt.last("def f(x: undefined): pass\n").status is Status.RAISED


def test_our_own_future_imports_do_not_hold_for_the_learner(prompt: Prompt) -> None:
    prompt("def f(x: 1 + 1): pass\n")
    assert prompt["f"].__annotations__ == {"x": 2}


def test_a_warning_of_the_compiler_is_given_once(prompt: Prompt) -> None:
    with warnings.catch_warnings(record=True) as messages:
        warnings.simplefilter("always")
        prompt.session.check("x = 1 is 1")
        prompt("x = 1 is 1")
    assert [(message.filename, message.lineno) for message in messages] == [("<ptrepl-1>", 1)]


@pytest.mark.parametrize(
    "source",
    ["(" * 300 + ")" * 300, "x = '\ud800'", "x = \0", "\ufeffx = 1", "x = 1\r\ny = 2\r\n", "\tx = 1", "x = 0777"],
)
def test_odd_text_ends_in_an_outcome(prompt: Prompt, source: str) -> None:
    assert statuses(prompt, source)[-1] in ("ok", "raised")
    assert prompt("after = 1") == []


@pytest.mark.parametrize("break_", ["\x0c", "\x0b", "\x1c", "\u2028", "\x85"])
def test_what_only_str_takes_for_a_line_break_is_none(prompt: Prompt, break_: str) -> None:
    report = prompt.last(f"x = 'a{break_}b'\n1 / 0\n").error
    assert report.frames[0].line == "1 / 0"


# the module


def test_the_namespace_is_a_real_module(prompt: Prompt) -> None:
    prompt("x = 5; import __main__, sys")
    prompt("found = (__main__.x, sys.modules['__main__'] is __main__, __name__, type(globals()) is dict)")
    assert prompt["found"] == (5, True, "__main__", True)
    assert prompt["__main__"] is prompt.session.module
    prompt("if __name__ == '__main__': ran = True\n")
    assert prompt["ran"]


def test_star_imports_globals_and_deletion(prompt: Prompt) -> None:
    prompt("from math import *")
    prompt("globals()['x'] = tau; exec('y = x + 1')")
    assert prompt["y"] == prompt["tau"] + 1
    prompt("del x")
    assert prompt.last("x").error.final.startswith("NameError: name 'x' is not defined")


@pytest.fixture
def fake_pandas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A pandas that leaves a mark where it is imported."""
    (tmp_path / "pandas.py").write_text(f"open({str(tmp_path / 'imported')!r}, 'w').close()\nvalue = 9\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "pandas", raising=False)
    yield tmp_path / "imported"
    sys.modules.pop("pandas", None)


@pytest.mark.parametrize(
    "source",
    ["x = pd.value", "pd", "pd.value", "def f(): return pd.value\nf()", "[pd for i in range(1)]", "x = lambda: pd"],
)
def test_a_library_is_imported_before_a_statement_that_reads_its_name(
    prompt: Prompt, source: str, fake_pandas: Path
) -> None:
    prompt(source)
    assert fake_pandas.exists()
    assert prompt["pd"].value == 9


@pytest.mark.parametrize(
    "source",
    [
        "pd = 3",
        "import math as pd",
        "x = 'pd'",
        "import types; thing = types.SimpleNamespace(pd=1); thing.pd",
        "for pd in (1, 2): pass",
        "def pd(): pass",
        "def f(pd): return pd\nf(1)",
        "def f():\n    pd = 1\n    return pd\nf()",
        "[pd for pd in (1, 2)]",
        "f = lambda pd: pd",
        "class C: pd = 1\nC.pd",
        "dict(pd=1)",
        "# pd",
    ],
)
def test_a_library_is_not_imported_for_a_name_that_is_not_read(prompt: Prompt, source: str, fake_pandas: Path) -> None:
    prompt(source)
    assert not fake_pandas.exists()


def test_a_name_of_the_learners_is_not_overwritten(prompt: Prompt, fake_pandas: Path) -> None:
    prompt("pd = 3")
    prompt("x = pd + 1")
    assert prompt["x"] == 4
    assert not fake_pandas.exists()


def test_a_library_that_is_missing_is_a_name_error(prompt: Prompt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    assert prompt.last("pd.DataFrame()").error.final == "NameError: name 'pd' is not defined\n"


@pytest.mark.parametrize(
    ("source", "final"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("import no_such_module", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("raise SystemExit(3)", "SystemExit: 3"),
    ],
)
def test_what_an_import_raises_is_the_error_of_the_statement(
    prompt: Prompt, fake_pandas: Path, source: str, final: str
) -> None:
    file = fake_pandas.with_name("pandas.py")
    file.write_text(f"value = 9\n{source}\n")
    outcome = prompt.last("x = pd.value\nafter = 1")
    assert outcome.status is Status.RAISED
    assert outcome.error.final == f"{final}\n(pd was not defined, so ptrepl imported pandas.)\n"
    assert [(frame.filename, frame.lineno, frame.learner) for frame in outcome.error.frames] == [(str(file), 2, True)]
    assert prompt.session.last_exception.__traceback__.tb_frame.f_code.co_filename == str(file)
    assert prompt.session.namespace.keys().isdisjoint({"pd", "x", "after"})
    file.write_text("value = 90\n")
    importlib.invalidate_caches()
    prompt("x = pd.value")
    assert prompt["x"] == 90


def test_ctrl_c_stops_an_import(prompt: Prompt, fake_pandas: Path) -> None:
    fake_pandas.with_name("pandas.py").write_text("import signal\nsignal.raise_signal(signal.SIGINT)\nstopped = 0\n")
    outcome = prompt.last("pd")
    assert outcome.status is Status.INTERRUPTED
    assert outcome.error.final == "KeyboardInterrupt\n"
    assert "pd" not in prompt.session.namespace


def test_an_import_runs_in_the_learners_settings(prompt: Prompt, fake_pandas: Path) -> None:
    fake_pandas.with_name("pandas.py").write_text("import sys\nlimit, number = sys.getrecursionlimit(), abs(-3)\n")
    ours = sys.getrecursionlimit()
    prompt("import sys, builtins; sys.setrecursionlimit(3333); builtins.abs = lambda x: 'theirs'")
    prompt("found = pd.limit, pd.number")
    assert prompt["found"] == (3333, "theirs")
    prompt(f"sys.setrecursionlimit({ours}); builtins.abs = builtins.round")
    assert sys.getrecursionlimit() == ours


# what fails of ours


def test_a_failure_to_compare_is_logged(
    prompt: Prompt, monkeypatch: pytest.MonkeyPatch, own_surroundings: Path
) -> None:
    from ptrepl.engine.run import watch

    prompt("x = torch.ones(2)")
    monkeypatch.setattr(watch, "effects_of", lambda *_: [][0])
    assert prompt("x += 1") == []
    monkeypatch.undo()
    assert "while comparing the tensors" in (own_surroundings / "state" / "errors.log").read_text()
    assert prompt("x += 1") == [line("x", shape="(2,)")]


# a fresh start


def test_quietly_run_code_shows_nothing_and_is_the_new_baseline(
    prompt: Prompt, capsys: pytest.CaptureFixture[str]
) -> None:
    assert prompt.session.run_quietly("x = torch.ones(2)\nx\n5\nif True: 6\n") is None
    assert capsys.readouterr().out == ""
    assert prompt("n = 1") == []
    assert prompt("x += 1") == [line("x", "changed in place", shape="(2,)")]
    report = prompt.session.run_quietly("x += 1\n1 / 0\ny = 1")
    assert report.final == "ZeroDivisionError: division by zero\n"
    assert prompt("n = 2") == []


def test_a_reset_leaves_what_was_preloaded(prompt: Prompt) -> None:
    prompt("x = torch.ones(2); torch = 1; 5")
    prompt.session.reset()
    assert prompt.last("x").status is Status.RAISED
    assert prompt("y = torch.ones(2)") == [line("y", shape="(2,)")]
    prompt.session.reset({"z": 3})
    assert prompt["z"] == 3
    assert not hasattr(builtins, "_")


def test_a_name_put_in_from_outside_has_no_line_after_rebase(prompt: Prompt) -> None:
    import torch

    prompt("n = 1")
    prompt.session.namespace["x"] = torch.ones(2)
    prompt.session.rebase()
    assert prompt("n = 2") == []
    assert prompt("x += 1") == [line("x", "changed in place", shape="(2,)")]


def test_names_are_preloaded_before_the_first_statement_and_only_once(main_module: None) -> None:
    from ptrepl.engine.run.session import Session

    calls: list[int] = []
    session = Session(names=lambda: calls.append(1) or {"given": len(calls)})
    assert calls == []
    assert next(session.run("given")).status is Status.OK
    list(session.run("given"))
    assert calls == [1]


def test_preloading_that_fails_is_tried_again(main_module: None) -> None:
    from ptrepl.engine.run.session import Session

    results = iter([ImportError("no torch"), {"given": 1}])

    def names() -> dict[str, object]:
        result = next(results)
        if isinstance(result, Exception):
            raise result
        return result

    session = Session(names=names)
    with pytest.raises(ImportError, match="no torch"):
        list(session.run("given"))
    assert [outcome.status for outcome in session.run("given;")] == [Status.OK]


def test_a_pasted_transcript_runs(prompt: Prompt, capsys: pytest.CaptureFixture[str]) -> None:
    transcript = """
        >>> x = 3
        >>> for i in range(2):
        ...     x += i
        ...
        >>> x
        4
        │ x  shape=(1,)
    """
    outcomes = prompt.outcomes(textwrap.dedent(transcript).strip("\n"))
    assert [outcome.status for outcome in outcomes] == [Status.OK] * 3
    assert capsys.readouterr().out == "4\n"
