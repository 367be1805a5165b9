"""What is reported of a failure: the learner's frames, the chain, the message, whatever the exception does."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from ptrepl.engine.outcome import Status
from ptrepl.engine.run import failure
from ptrepl.engine.run.failure import is_learner_file
from ptrepl.engine.watch.notes import ChangedInPlace
from ptrepl.shell.transcript.recording import Recording
from tests.engine.prompt import OURS, Prompt

DEFINED = """
import json

def inner(n):
    return 1 / n

def outer(n):
    return inner(n)
"""


@pytest.mark.parametrize(
    ("source", "functions", "learner"),
    [
        ("1 / 0", ["<module>"], [True]),
        ("outer(0)", ["<module>", "outer", "inner"], [True] * 3),
        ("[outer(n) for n in (1, 0)]", ["<module>", "<listcomp>", "outer", "inner"], [True] * 4),
        ("json.loads('')", ["<module>", "loads", "decode", "raw_decode"], [True, False, False, False]),
        ("sorted([0], key=outer)", ["<module>", "outer", "inner"], [True] * 3),
        ("exec('outer(0)')", ["<module>", "<module>", "outer", "inner"], [True] * 4),
        ("nope", ["<module>"], [True]),
        ("if True:\n    outer(0)\n", ["<module>", "outer", "inner"], [True] * 3),
        ("@outer\ndef f(): pass\n", ["<module>", "outer", "inner"], [True] * 3),
    ],
)
def test_frames_begin_with_the_learners_line(
    prompt: Prompt, source: str, functions: list[str], learner: list[bool]
) -> None:
    prompt(DEFINED)
    report = prompt.last(source).error
    if sys.version_info >= (3, 12):
        functions = [name for name in functions if name != "<listcomp>"]  # PEP 709
        learner = learner[: len(functions)]
    assert [frame.function for frame in report.frames] == functions
    assert [frame.learner for frame in report.frames] == learner
    assert OURS not in report.text
    assert report.text.startswith("Traceback (most recent call last):\n")


def test_the_failing_expression_is_marked(prompt: Prompt) -> None:
    prompt("é = '图'")
    (frame,) = prompt.last("x = (é + '🔥') * (1 + é[5])").error.frames
    assert frame.line[frame.start : frame.end] == "é[5]"
    (frame,) = prompt.last("if True:\n    y = 1 + nope").error.frames
    assert (frame.line, frame.line[frame.start : frame.end], frame.lineno) == ("y = 1 + nope", "nope", 2)


def test_lines_are_those_of_the_input(prompt: Prompt) -> None:
    report = prompt.last("x = 1\n\n\ny = 2; z = nope\n").error
    assert (report.frames[0].filename, report.frames[0].lineno) == ("<ptrepl-1>", 4)
    assert prompt.last("nope").error.frames[0].filename == "<ptrepl-2>"
    (outcome,) = prompt.session.run("nope", filename="lesson.md")
    assert outcome.error.frames[0].filename == "lesson.md"


def test_functions_keep_the_source_of_the_input_that_defined_them(prompt: Prompt) -> None:
    prompt("def f():\n    return first\n")
    prompt("def g():\n    return f() + second\n")
    report = prompt.last("g()").error
    assert [frame.line for frame in report.frames] == ["g()", "return f() + second", "return first"]


@pytest.mark.parametrize(
    ("source", "final"),
    [
        ("raise ValueError('text')", "ValueError: text\n"),
        ("raise ValueError", "ValueError\n"),
        ("raise ValueError('two\\nlines')", "ValueError: two\nlines\n"),
        ("class Mine(ValueError): pass\nraise Mine('text')", "Mine: text\n"),
        ("import zlib; raise zlib.error('text')", "zlib.error: text\n"),
        ("class Bad(Exception):\n    def __str__(self): 1 / 0\nraise Bad", "Bad: <exception str() failed>\n"),
        ("class Bad(Exception):\n    def __str__(self): 3\nraise Bad", "Bad: <exception str() failed>\n"),
        ("error = ValueError('a'); error.add_note('note'); raise error", "ValueError: a\nnote\n"),
        ("error = ValueError('a'); error.__notes__ = 3; raise error", "ValueError: a\n3\n"),
        ("raise 3", "TypeError: exceptions must derive from BaseException\n"),
        ("raise", "RuntimeError: No active exception to reraise\n"),
        ("raise GeneratorExit", "GeneratorExit\n"),
        ("raise StopIteration(3)", "StopIteration: 3\n"),
        ("assert 1 == 2, 'no'", "AssertionError: no\n"),
    ],
)  # fmt: skip
def test_the_last_line(prompt: Prompt, source: str, final: str) -> None:
    outcome = prompt.last(source)
    assert outcome.status is Status.RAISED
    assert outcome.error.final.rstrip("\n") == final.rstrip("\n")


def test_an_exception_whose_class_cannot_be_read_is_named_all_the_same(prompt: Prompt) -> None:
    prompt("class Meta(type):\n    def __getattribute__(cls, name): raise OSError(name)\n")
    prompt("class Bad(Exception, metaclass=Meta): pass\n")
    outcome = prompt.last("raise Bad")
    prompt.session.forget()
    assert (outcome.status, outcome.error.type_name) == (Status.RAISED, "Bad")
    assert outcome.error.text == "Bad: <its message could not be read: OSError>\n"


@pytest.mark.parametrize(
    ("source", "line", "final"),
    [
        ("x = (1,", "x = (1,", "SyntaxError: '(' was never closed\n"),
        (
            "x = 1\nif x:\ny = 2",
            "y = 2",
            "IndentationError: expected an indented block after 'if' statement on line 2\n",
        ),
        ("if 1:\n    x = 1\n  y = 2", "y = 2", "unindent does not match any outer indentation level\n"),
        ("return 3", "return 3", "SyntaxError: 'return' outside function\n"),
        ("x = 1 +", "x = 1 +", "SyntaxError: invalid syntax\n"),
        ("print 'hi'", "print 'hi'", "SyntaxError: Missing parentheses in call to 'print'. Did you mean print(...)?\n"),
        ("nonlocal x", "nonlocal x", "SyntaxError: nonlocal declaration not allowed at module level\n"),
        ("   ...: x", "...: x", "SyntaxError: illegal target for annotation\n"),
    ],
)
def test_a_syntax_error_shows_the_line(prompt: Prompt, source: str, line: str, final: str) -> None:
    report = prompt.last(source).error
    assert report.is_syntax_error
    assert report.frames == ()
    assert report.final.endswith(final)
    assert f"\n    {line}\n" in report.final
    assert report.text == report.final


def test_a_chain(prompt: Prompt) -> None:
    prompt("def fail():\n    try: 1 / 0\n    except ZeroDivisionError as error: raise KeyError('k') from error\n")
    report = prompt.last("try:\n    fail()\nexcept KeyError:\n    raise ValueError('v')\n").error
    assert (report.type_name, report.link) == ("ValueError", "context")
    assert (report.earlier.type_name, report.earlier.link) == ("KeyError", "cause")
    assert (report.earlier.earlier.type_name, report.earlier.earlier.link) == ("ZeroDivisionError", "")
    assert report.earlier.earlier.earlier is None


@pytest.mark.parametrize(
    "source",
    [
        "error = ValueError(); error.__cause__ = error; raise error",
        "a, b = ValueError('a'), ValueError('b'); a.__cause__ = b; b.__context__ = a; raise a",
        "group = ExceptionGroup('g', [ValueError()]); group.exceptions[0].__cause__ = group; raise group",
        "error = None\nfor i in range(500):\n    new = ValueError(i); new.__cause__ = error; error = new\nraise error",
    ],
)
def test_a_circle_or_a_long_chain_ends(prompt: Prompt, source: str) -> None:
    outcome = prompt.last(source)
    assert outcome.status is Status.RAISED
    assert "Error" in outcome.error.text or "Group" in outcome.error.text


def test_the_members_of_a_group_are_reported(prompt: Prompt) -> None:
    report = prompt.last("raise ExceptionGroup('g', [ValueError('a'), ExceptionGroup('h', [KeyError('b')])])").error
    assert report.final.startswith("  | ExceptionGroup: g (2 sub-exceptions)\n")
    assert "ValueError: a" in report.final
    assert "KeyError: 'b'" in report.final


def test_a_deep_recursion_is_a_short_report(prompt: Prompt) -> None:
    report = prompt.last("def f(n): return f(n + 1)\nf(0)").error
    assert report.type_name == "RecursionError"
    assert len(report.text.splitlines()) < 30
    assert prompt("x = torch.ones(2)") != []


def test_python_finds_the_last_exception(prompt: Prompt) -> None:
    prompt.outcomes("1 / 0")
    assert type(prompt.session.last_exception) is ZeroDivisionError
    assert sys.last_value is prompt.session.last_exception
    assert sys.last_traceback.tb_frame.f_code.co_filename == "<ptrepl-1>"
    prompt("x = 1")
    assert sys.last_type is ZeroDivisionError
    prompt.outcomes("x = (")
    assert sys.last_type is SyntaxError


def test_an_exception_of_a_library_file_is_the_learners_only_up_to_it(prompt: Prompt, tmp_path: Path) -> None:
    (tmp_path / "helper.py").write_text("def help_me():\n    raise ValueError('from a file')\n")
    prompt(f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import helper; sys.path.pop(0);")
    report = prompt.last("helper.help_me()").error
    assert [frame.learner for frame in report.frames] == [True, True]  # a file outside the libraries is theirs
    report = prompt.last("torch.ones(2) @ torch.ones(3, 2)").error
    assert [frame.learner for frame in report.frames] == [True]


@pytest.mark.parametrize(
    "source",
    [
        "raise KeyboardInterrupt",
        "import signal; signal.raise_signal(signal.SIGINT)",
        "while True: signal.raise_signal(signal.SIGINT)",
        "try:\n    signal.raise_signal(signal.SIGINT)\nfinally:\n    cleaned = True\n",
        "def f(): signal.raise_signal(signal.SIGINT)\nf()",
        "class R:\n    def __repr__(self): signal.raise_signal(signal.SIGINT)\nR()",
        "exec('signal.raise_signal(signal.SIGINT)')",
    ],
)
def test_an_interrupt_stops_the_statement_and_keeps_the_session(prompt: Prompt, source: str) -> None:
    prompt("import signal; x = torch.ones(2)")
    outcome = prompt.last(source + "\nafter = 1")
    assert outcome.status is Status.INTERRUPTED
    assert outcome.error.type_name == "KeyboardInterrupt"
    assert "after" not in prompt.session.namespace
    for _ in range(10):
        assert prompt.last("signal.raise_signal(signal.SIGINT)").status is Status.INTERRUPTED
    assert prompt("x;") == []


def test_an_interrupt_of_our_own_code_stops_the_next_statement(prompt: Prompt, monkeypatch: pytest.MonkeyPatch) -> None:
    import signal

    from ptrepl.engine.run import observer

    prompt("x = torch.ones(2)")
    original = observer.bound_names
    monkeypatch.setattr(observer, "bound_names", lambda code: signal.raise_signal(signal.SIGINT) or original(code))
    first, second = prompt.outcomes("x += 1\ny = 1\nz = 1")
    assert first.status is Status.OK
    assert first.changes[0].notes == (ChangedInPlace(),)
    assert second.status is Status.INTERRUPTED
    assert "y" not in prompt.session.namespace
    monkeypatch.undo()
    assert prompt("y = 1") == []


def test_an_interrupt_that_the_learner_catches_is_theirs(prompt: Prompt) -> None:
    prompt("import signal")
    assert prompt("try:\n    signal.raise_signal(signal.SIGINT)\nexcept KeyboardInterrupt:\n    caught = True\n") == []
    assert prompt["caught"]


@pytest.mark.parametrize(
    "source",
    [
        "t",
        "print(t)",
        "try:\n    print(t)\nexcept NotImplementedError:\n    1 / 0\n",
        "try:\n    print(t)\nexcept NotImplementedError as error:\n    raise ValueError from error\n",
        "interrupted",
    ],
)
def test_a_tensor_that_cannot_be_shown_leaves_torch_func_on(prompt: Prompt, source: str) -> None:
    # in Python's own prompt every gradient of torch.func is 0 from here to the next error
    prompt("t = torch.zeros(3, dtype=torch.uint8).view(torch.bits8)")
    prompt("def stop(self): raise KeyboardInterrupt")
    prompt("class Slow(torch.Tensor): dtype = property(stop)\n")
    prompt("interrupted = torch.ones(3).as_subclass(Slow)")
    assert prompt.last(source).status in (Status.RAISED, Status.INTERRUPTED)
    assert prompt.session.last_exception is not None
    prompt("slope = torch.func.grad(torch.func.grad(lambda a: a**3))(torch.tensor(3.0)).item()")
    assert prompt["slope"] == 18.0


def test_packages_beside_the_environment_are_libraries(tmp_path, monkeypatch):
    beside = tmp_path / "lib" / "site-packages"  # --system-site-packages, pip install --user
    monkeypatch.setattr(sys, "path", [*sys.path, str(beside)])
    monkeypatch.setattr(failure, "_library_folders", failure._library_folders.__wrapped__)
    assert not is_learner_file(str(beside / "torch" / "functional.py"))
    assert is_learner_file(str(tmp_path / "mine.py"))


@pytest.mark.parametrize("filename", ["<mine>", "<foo>", "<...>", "<stdin>", "<my cell 3>"])
@pytest.mark.parametrize("names", ["", ", {}", ", {'__name__': 'other'}"])
def test_what_they_compiled_under_a_name_of_their_own_is_theirs(prompt: Prompt, filename: str, names: str) -> None:
    code = f"exec(compile('def q():\\n  1/0\\nq()', {filename!r}, 'exec'){names})"
    frames = prompt.last(code).error.frames
    assert [frame.filename for frame in frames][1:] == [filename] * 2
    assert all(frame.learner for frame in frames)


def test_what_python_and_libraries_compile_is_not_theirs(prompt: Prompt) -> None:
    frames = prompt.last("import nowhere.at.all").error.frames
    assert [frame.learner for frame in frames] == [True] + [False] * (len(frames) - 1)


@pytest.mark.parametrize("code", ["print('\ud800')", "print(1, file=Broken())", "import sys; sys.stdout.write(7)"])
def test_no_frame_of_ours_is_in_their_traceback(prompt: Prompt, code: str) -> None:
    prompt("import sys\nclass Broken:\n    def write(self, text): 1 / 0\n")
    recording = Recording()
    outcome = [*recording.outcomes(code, None, prompt.session.run(code), "line")][-1]
    assert outcome.status is Status.RAISED
    assert not any(frame.filename.startswith(OURS) for frame in outcome.error.frames)
    assert OURS not in outcome.error.text


@pytest.mark.parametrize(("limit", "functions"), [(1, ["x1"]), (2, ["x2", "x1"]), (0, []), (-3, []), (1000, None)])
def test_the_limit_of_tracebacks_keeps_the_last_frames(
    prompt: Prompt, monkeypatch: pytest.MonkeyPatch, limit: int, functions: list[str] | None
) -> None:
    prompt("def x1(): 1 / 0\ndef x2(): x1()\ndef x3(): x2()\n")
    monkeypatch.setattr(sys, "tracebacklimit", limit, raising=False)
    report = prompt.last("x3()").error
    found = [frame.function for frame in report.frames]
    assert found == (["<module>", "x3", "x2", "x1"] if functions is None else functions)
    prompt("def x4():\n    try: x3()\n    except ZeroDivisionError as error: raise ValueError from error\n")
    report = prompt.last("x4()").error
    assert [frame.function for frame in report.earlier.frames] == (
        ["x4", "x3", "x2", "x1"] if functions is None else functions
    )


def test_the_message_is_shown_where_the_traceback_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(failure.traceback, "TracebackException", None)
        report = failure.report_of(TypeError("the reason"), None)
    assert report.final == "TypeError: the reason\n"
