"""Ctrl-C comes between any two steps of Python: it stays Ctrl-C, and what it cuts is whole afterwards."""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path
from typing import Any

import pytest

from ptrepl.engine.outcome import Outcome, Status
from tests.children import run_code
from tests.engine.prompt import OURS, Prompt

# the tracer stands in no file: a frame of ours would be one of the learner's
AT_STEP = '''
import signal, sys
def at_step(number):
    """A tracer that presses Ctrl-C at a step of the statement, counted from its beginning."""
    count, inside = 0, False
    def trace(frame, event, argument):
        nonlocal count, inside
        name = frame.f_code.co_filename
        inside = name.startswith("<ptrepl") or inside and not name.endswith("environment.py")
        count += inside
        if inside and count == number:
            sys.settrace(None)
            signal.raise_signal(signal.SIGINT)
        return trace if inside else None
    return trace
'''

PRINTED = (
    f"exec(compile({AT_STEP!r}, '<frozen trace>', 'exec'))"
    + """
from ptrepl.engine.outcome import Status
from tests.engine.prompt import Prompt

cut = 0
for number in (*range(1, 100), *range(100, 2000, 2)):
    prompt = Prompt()
    prompt("net = nn.Linear(2, 2); x = torch.ones(2, 2); x")
    sys.settrace(at_step(number))
    (outcome,) = prompt.session.run("x")
    sys.settrace(None)
    prompt("net(x).sum().backward()")
    if outcome.status is Status.OK:
        break
    assert outcome.status is Status.INTERRUPTED, outcome.error.text
    cut += 1
assert cut > 150, cut
"""
)


def test_wherever_the_printing_of_a_tensor_is_cut_autograd_records_afterwards() -> None:
    done = run_code(PRINTED)
    assert (done.returncode, done.stderr) == (0, "")


GRAD_MODE = """
class Cut:
    def __enter__(self):
        torch.set_grad_enabled({inside})
        signal.raise_signal(signal.SIGINT)
    def __exit__(self, *error): pass

with Cut(): pass
"""


@pytest.mark.parametrize("before", [True, False])
def test_grad_mode_is_as_the_interrupted_statement_found_it(prompt: Prompt, before: bool) -> None:
    prompt(f"import signal; torch.set_grad_enabled({before});")
    assert prompt.last(GRAD_MODE.format(inside=not before)).status is Status.INTERRUPTED
    prompt("found = torch.is_grad_enabled()")
    assert prompt["found"] is before


def test_what_a_statement_before_the_interrupted_one_has_set_stays(prompt: Prompt) -> None:
    prompt("import signal")
    assert prompt.last("torch.set_grad_enabled(False); signal.raise_signal(signal.SIGINT)").status is Status.INTERRUPTED
    prompt("found = torch.is_grad_enabled()")
    assert prompt["found"] is False


def interrupted_at(prompt: Prompt, source: str, number: int) -> Outcome:
    scope: dict[str, Any] = {}
    exec(compile(AT_STEP, "<frozen trace>", "exec"), scope)
    kept = sys.gettrace()
    sys.settrace(scope["at_step"](number))
    try:
        return prompt.last(source)
    finally:
        sys.settrace(kept)


@pytest.mark.parametrize("step", [30, 100, 300, 600])
def test_an_import_of_a_library_is_done_before_it_is_interrupted(prompt: Prompt, step: int) -> None:
    for name in [name for name in sys.modules if name.startswith("xmlrpc")]:
        del sys.modules[name]
    assert interrupted_at(prompt, "import xmlrpc.client", step).status is Status.INTERRUPTED
    assert sys.getprofile() is None
    assert hasattr(sys.modules["xmlrpc.client"], "ServerProxy"), "the last class of the file"


def test_the_traceback_ends_where_ctrl_c_came(prompt: Prompt) -> None:
    prompt("import signal\ndef stop():\n    signal.raise_signal(signal.SIGINT)\n")
    outcome = prompt.last("stop()")
    assert [frame.function for frame in outcome.error.frames] == ["<module>", "stop"]
    assert OURS not in outcome.error.text


def test_an_import_of_the_learners_own_file_is_cut(
    prompt: Prompt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "my_training.py").write_text("import signal\nsignal.raise_signal(signal.SIGINT)\nwhile True: pass\n")
    assert prompt.last("import my_training").status is Status.INTERRUPTED
    assert "my_training" not in sys.modules


TURNS = """
def turns(function):
    try: function()
    except BaseException as error: raise RuntimeError("something went wrong") {cause}
"""


@pytest.mark.parametrize("cause", ["", "from error"])
def test_an_error_that_a_library_makes_of_ctrl_c_is_ctrl_c(prompt: Prompt, cause: str) -> None:
    library = str(Path(sysconfig.get_paths()["stdlib"]) / "a_library.py")
    exec(compile(TURNS.format(cause=cause), library, "exec"), prompt.session.namespace)
    prompt("import signal")
    outcome = prompt.last("turns(lambda: signal.raise_signal(signal.SIGINT))")
    assert outcome.status is Status.INTERRUPTED
    assert outcome.error.final == "KeyboardInterrupt\n"
    assert outcome.error.frames[0].filename.startswith("<ptrepl-")
    assert prompt.last("turns(lambda: 1 / 0)").error.type_name == "RuntimeError"


def test_an_error_after_the_learners_own_code_caught_ctrl_c_is_an_error(prompt: Prompt) -> None:
    prompt("import signal")
    source = "try: signal.raise_signal(signal.SIGINT)\nexcept KeyboardInterrupt: nope\n"
    assert prompt.last(source).error.type_name == "NameError"
