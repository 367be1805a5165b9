"""Whatever a learner does to the interpreter, the display works, and the learner finds it done in the next line."""

from __future__ import annotations

import builtins
import io
import signal
import sys
import threading
import warnings
from collections.abc import Iterator

import pytest
import torch

from ptrepl.engine.outcome import Status
from tests.children import run_code
from tests.engine.prompt import Prompt, line

LINE = line("x", shape="(2,)")


@pytest.fixture
def restored() -> Iterator[None]:
    """The interpreter as it was, should a test fail half way."""
    kept = sys.stdout, sys.stderr, sys.displayhook, signal.getsignal(signal.SIGINT)
    yield
    sys.stdout, sys.stderr, sys.displayhook, handler = kept
    signal.signal(signal.SIGINT, handler)
    torch.set_grad_enabled(True)
    torch.set_default_device(None)
    torch.set_default_dtype(torch.float32)


BUILTINS = sorted(
    name
    for name, value in vars(builtins).items()
    if callable(value)
    and not name.startswith("_")
    and not (isinstance(value, type) and issubclass(value, BaseException))
)


REBIND = """
import builtins, sys
from ptrepl.engine.watch.targets import Name
from tests.engine.prompt import Prompt, shown

prompt = Prompt()
for name in sys.argv[1:]:
    original = getattr(builtins, name)
    prompt("import builtins; calls = []")
    prompt(f"def fake(*arguments, **options):\\n    calls.append(arguments)\\n\\nbuiltins.{name} = fake")
    assert getattr(builtins, name) is original, name
    prompt["calls"].clear()
    prompt("pass")
    assert prompt["calls"] == [], name
    (x,), (box,) = prompt.outcomes("x = torch.ones(2)"), prompt.outcomes("box = [x]")
    assert [change.target for change in (*x.changes, *box.changes)] == [Name("x"), Name("box")], name
    prompt(f"found = builtins.{name} is fake")
    assert prompt["found"] is True, name
    prompt(f"del builtins.{name}")
    assert getattr(builtins, name) is original, name
    assert prompt.last(name).error.final == f"NameError: name '{name}' is not defined\\n"
    prompt.session.namespace["original"] = original
    prompt(f"builtins.{name} = original")
    prompt(f"found = {name}; del found, x, box")
    assert getattr(builtins, name) is original, name
"""


@pytest.mark.parametrize("part", range(3))
def test_a_builtin_may_be_rebound_and_deleted(part: int) -> None:
    # in a process of its own: should one of them leak, this one would break
    names = BUILTINS[part::3]
    done = run_code(REBIND, *names)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.usefixtures("restored")
def test_a_new_builtin_stays(prompt: Prompt) -> None:
    prompt("import builtins; builtins.shout = str.upper")
    prompt("said = shout('hi')")
    assert prompt["said"] == "HI"
    prompt("del builtins.shout")
    assert prompt.last("shout").status is Status.RAISED


@pytest.mark.usefixtures("restored")
def test_stdout_is_theirs_in_their_code_and_ours_in_ours(prompt: Prompt) -> None:
    ours = sys.stdout
    prompt("import sys, io; sys.stdout = theirs = io.StringIO()")
    assert sys.stdout is ours
    assert prompt("x = torch.ones(2)") == [LINE]
    prompt("print('hi'); 1 + 1")
    assert prompt["theirs"].getvalue() == "hi\n2\n"
    prompt("sys.stdout = None")
    assert prompt("x = torch.ones(2)") == [LINE]
    prompt("sys.stdout = sys.__stdout__")
    assert sys.stdout is ours


@pytest.mark.usefixtures("restored")
def test_stdout_may_be_missing_or_closed(prompt: Prompt) -> None:
    prompt("import sys, io; sys.stdout = theirs = io.StringIO(); theirs.close()")
    outcome = prompt.last("1")
    assert outcome.status is Status.RAISED
    assert outcome.error.final.startswith("ValueError: I/O operation on closed file")
    prompt("del sys.stdout")
    outcome = prompt.last("1")
    assert outcome.error.final == "RuntimeError: lost sys.stdout\n"
    assert prompt("x = torch.ones(2)") == [LINE]


@pytest.mark.usefixtures("restored")
def test_the_display_hook_is_theirs(prompt: Prompt, capsys: pytest.CaptureFixture[str]) -> None:
    ours = sys.displayhook
    prompt("import sys; sys.displayhook = lambda value: print('shown', value)")
    assert sys.displayhook is ours
    prompt("1 + 1")
    prompt("if True: 7\n")
    assert capsys.readouterr().out == "shown 2\nshown 7\n"
    prompt("sys.displayhook = sys.__displayhook__")
    prompt("1 + 1")
    assert capsys.readouterr().out == "2\n"


@pytest.mark.usefixtures("restored")
def test_a_display_hook_that_raises_fails_its_statement_only(prompt: Prompt) -> None:
    prompt("import sys; sys.displayhook = lambda value: 1 / 0")
    assert prompt.last("1").error.final == "ZeroDivisionError: division by zero\n"
    assert prompt("x = torch.ones(2)") == [LINE]


@pytest.mark.usefixtures("restored")
def test_the_interrupt_handler_is_theirs(prompt: Prompt) -> None:
    ours = signal.getsignal(signal.SIGINT)
    prompt("import signal; seen = []")
    prompt("signal.signal(signal.SIGINT, lambda number, frame: seen.append(number));")
    assert signal.getsignal(signal.SIGINT) is ours
    prompt("signal.raise_signal(signal.SIGINT); after = 1")
    assert prompt["seen"] == [signal.SIGINT]
    assert prompt("x = torch.ones(2)") == [LINE]
    prompt("signal.signal(signal.SIGINT, signal.SIG_IGN);")
    prompt("signal.raise_signal(signal.SIGINT); after = 2")
    assert prompt["after"] == 2
    prompt("signal.signal(signal.SIGINT, signal.default_int_handler);")
    assert prompt.last("signal.raise_signal(signal.SIGINT)").status is Status.INTERRUPTED
    assert signal.getsignal(signal.SIGINT) is ours


WARNS = "import warnings; warnings.warn('careful'); after = 1"


@pytest.mark.usefixtures("restored")
def test_warning_filters_are_theirs(prompt: Prompt) -> None:
    ours = list(warnings.filters)
    prompt("import warnings; warnings.simplefilter('ignore')")
    assert list(warnings.filters) == ours
    prompt(WARNS)
    prompt("warnings.simplefilter('error')")
    assert prompt.last(WARNS).error.final == "UserWarning: careful\n"
    assert list(warnings.filters) == ours
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        prompt("y = torch.ones(2, requires_grad=True) * 2")
        prompt("from torch._subclasses.fake_tensor import FakeTensorMode")
        assert prompt("x = FakeTensorMode().from_tensor(torch.ones(2))") == [LINE]


@pytest.mark.usefixtures("restored")
def test_warnings_are_shown_by_their_function(prompt: Prompt) -> None:
    prompt("import warnings; warnings.simplefilter('always'); seen = []")
    prompt("warnings.showwarning = lambda *arguments, **options: seen.append(arguments[0])")
    prompt(WARNS)
    assert [str(warning) for warning in prompt["seen"]] == ["careful"]


@pytest.mark.usefixtures("restored")
def test_grad_mode_is_theirs(prompt: Prompt) -> None:
    prompt("w = torch.ones(2, requires_grad=True)")
    prompt("torch.set_grad_enabled(False);")
    assert torch.is_grad_enabled()
    assert prompt("x = w * 2") == [LINE]
    prompt("torch.set_grad_enabled(True);")
    assert prompt("x = w * 2")[0].startswith("│ x  shape=(2,)  dtype=float32  device=cpu  grad_fn=MulBackward0")


@pytest.mark.usefixtures("restored")
def test_the_default_device_is_theirs(prompt: Prompt) -> None:
    prompt("torch.set_default_device('meta')")
    assert torch.get_default_device().type == "cpu"
    assert prompt("x = torch.ones(2)") == [line("x", shape="(2,)", device="meta")]
    assert prompt("torch.ones(2, device='cpu')") == [line("torch.ones(2, device='cpu')", shape="(2,)")]
    assert torch.ones(1).device.type == "cpu"
    prompt("torch.set_default_device(None)")
    assert prompt("x = torch.ones(2)") == [line("x", shape="(2,)")]


@pytest.mark.usefixtures("restored")
def test_the_default_dtype_is_theirs(prompt: Prompt) -> None:
    prompt("torch.set_default_dtype(torch.float64)")
    assert prompt("x = torch.ones(2)") == [line("x", shape="(2,)", dtype="float64")]
    prompt("torch.set_default_dtype(torch.float32)")


@pytest.mark.parametrize(
    ("enter", "leave"),
    [
        ("mode = torch.no_grad(); mode.__enter__()", "mode.__exit__(None, None, None)"),
        ("mode = torch.inference_mode(); mode.__enter__()", "mode.__exit__(None, None, None)"),
        ("mode = Broken(); mode.__enter__();", "mode.__exit__(None, None, None)"),
        ("mode = BrokenDispatch(); mode.__enter__();", "mode.__exit__(None, None, None)"),
        ("mode = torch.device('meta'); mode.__enter__();", "mode.__exit__(None, None, None)"),
        ("mode = torch.autograd.forward_ad.dual_level(); mode.__enter__();", "mode.__exit__(None, None, None)"),
        ("mode = torch._C.DisableTorchFunction(); mode.__enter__();", "mode.__exit__(None, None, None)"),
        ("mode = torch.autograd.graph.save_on_cpu(); mode.__enter__();", "mode.__exit__(None, None, None)"),
        ("mode = torch.autograd.detect_anomaly(check_nan=False); mode.__enter__();", "mode.__exit__()"),
    ],
)
@pytest.mark.usefixtures("restored")
def test_a_mode_may_stay_on_between_statements(prompt: Prompt, enter: str, leave: str) -> None:
    prompt(
        """
import warnings; warnings.simplefilter("ignore")
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
seen = []
class Broken(TorchFunctionMode):
    def __torch_function__(self, function, types, arguments=(), options=None):
        seen.append(function)
        raise ValueError("the mode was called")

class BrokenDispatch(TorchDispatchMode):
    def __torch_dispatch__(self, function, types, arguments=(), options=None):
        seen.append(function)
        raise ValueError("the mode was called")

a, b = torch.ones(2), torch.ones(2, 2).t()
"""
    )
    prompt(enter)
    try:
        assert prompt("x = a") == [line("x", "same object as a", shape="(2,)")]
        assert prompt("y = b") == [line("y", "same object as b", "not contiguous", shape="(2, 2)")]
        assert prompt("box = [a, b]") == ["│ box  list  2 tensors  (2,) float32, (2, 2) float32"]
        with prompt.cards():
            prompt("z = b")
        assert prompt("n = 1") == []
        assert prompt["seen"] == []
    finally:
        prompt(leave)
    assert prompt("x = torch.ones(2)") == [LINE]


SETTINGS = [
    "sys.setrecursionlimit(60)",
    "sys.setswitchinterval(1e-6)",
    "sys.settrace(lambda *arguments: None)",
    "sys.setprofile(lambda *arguments: None)",
    "sys.excepthook = None",
    "sys.unraisablehook = None",
    "gc.disable()",
    "gc.set_threshold(1)",
    "sys.path.clear()",
    "sys.meta_path.clear()",
    "os.chdir('/')",
    "locale.setlocale(locale.LC_ALL, 'C');",
    "torch.set_printoptions(precision=1)",
    "torch.set_num_threads(1)",
    "torch.use_deterministic_algorithms(True)",
    "torch.autograd.set_detect_anomaly(True);",
    "torch.set_warn_always(True)",
    "del sys.modules['numpy']",
    "sys.modules['numpy'] = None",
    "torch.Tensor.__repr__ = lambda self: 'mine'",
    "torch.Tensor.is_contiguous = None",
    "torch.isnan = torch.isfinite = None",
    "torch.nn.Parameter = None",
    "torch.utils.weakref = None",
    "torch = None",
    "globals()[7] = [1]",
    "globals()[(1, 2)] = original_torch.ones(2)",
    "__name__ = 7",
    "__builtins__ = {'len': len}",
    "del __builtins__",
    "import linecache; linecache.clearcache()",
    "import threading; threading.current_thread = None",
    "import traceback; traceback.TracebackException = None",
    "import signal; signal.signal = signal.getsignal = None",
    "import warnings; warnings.filters = None",
    "sys.modules['torch'] = None",
    "sys.modules.pop('torch');",
]

TRY_SETTINGS = """
import os, sys
from tests.engine.prompt import Prompt, shown

prompt = Prompt()
prompt("import sys, os, gc, locale; original_torch = torch; a = torch.ones(2)")
for number, setting in enumerate(sys.argv[1:]):
    sys.stdout.flush()
    if os.fork():
        continue
    ends = [outcome.status.value for outcome in prompt.session.run(setting)]
    told = []
    for source in ("x = original_torch.ones(2)", "y = 1 / 0", "z = original_torch.zeros(3)"):
        for outcome in prompt.session.run(source):
            told.append((outcome.status.value, shown(outcome)))
    sys.__stdout__.write(f"{number} {ends[-1]} {told}\\n")
    sys.__stdout__.flush()
    os._exit(0)
while True:
    try:
        os.wait()
    except ChildProcessError:
        break
"""


def test_other_settings_do_not_stop_the_program() -> None:
    # each in a process of its own, forked from one that has torch: there is no way back from some of them
    done = run_code(TRY_SETTINGS, *SETTINGS)
    assert (done.returncode, done.stderr) == (0, "")
    told = {number: rest for number, _, rest in (text.partition(" ") for text in done.stdout.splitlines())}
    for number, setting in enumerate(SETTINGS):
        expected = [("ok", [LINE]), ("raised", []), ("ok", [line("z", shape="(3,)")])]
        assert told.get(str(number)) == f"ok {expected}", setting


def test_a_recursion_limit_is_theirs(prompt: Prompt) -> None:
    limit = sys.getrecursionlimit()
    prompt("import sys; sys.setrecursionlimit(400)")
    assert sys.getrecursionlimit() == limit
    prompt("found = sys.getrecursionlimit()")
    assert prompt["found"] == 400
    prompt("sys.setrecursionlimit(5000)")
    prompt("found = sys.getrecursionlimit()")
    assert (prompt["found"], sys.getrecursionlimit()) == (5000, limit)
    prompt(f"sys.setrecursionlimit({limit})")


def test_two_sessions_do_not_share_what_their_learners_set(main_module: None) -> None:
    one, other = Prompt("one"), Prompt("other")
    one("import sys, io; sys.stdout = io.StringIO()")
    other("import sys; found = sys.stdout")
    assert other["found"] is sys.stdout
    one("found = sys.stdout")
    assert isinstance(one["found"], io.StringIO)


def test_a_session_runs_outside_the_main_thread(prompt: Prompt) -> None:
    lines: list[str] = []
    thread = threading.Thread(target=lambda: lines.extend(prompt("x = torch.ones(2)")))
    thread.start()
    thread.join()
    assert lines == [LINE]


def test_a_statement_may_change_the_namespace_while_a_thread_does_too(prompt: Prompt) -> None:
    prompt(
        """
import threading
stop = threading.Event()
def churn():
    n = 0
    while not stop.is_set():
        globals()[f"n{n % 50}"] = n
        globals().pop(f"n{(n + 25) % 50}", None)
        n += 1

thread = threading.Thread(target=churn, daemon=True); thread.start()
"""
    )
    try:
        for _ in range(200):
            assert prompt("x = torch.ones(2)") == [LINE]
    finally:
        prompt("stop.set(); thread.join()")


@pytest.mark.usefixtures("restored")
def test_a_tracer_is_theirs(prompt: Prompt) -> None:
    ours = sys.gettrace()
    prompt("import sys; seen = []; trace = lambda frame, *_: seen.append(frame.f_code.co_name)")
    prompt("sys.settrace(trace)")
    assert sys.gettrace() is ours
    prompt("seen.clear()")
    prompt("def traced(): pass")
    prompt("traced()")
    assert "traced" in prompt["seen"]
    prompt("sys.settrace(None)")
    assert sys.gettrace() is ours
    assert prompt.last("sys.gettrace() is None").status is Status.OK


def test_annotations_are_there_before_the_first_one(prompt: Prompt) -> None:
    prompt("size: int = 3")
    assert prompt["__annotations__"] == {"size": int}


@pytest.mark.parametrize(
    ("filters", "code", "told"),
    [
        ("ignore", "1 is 1", ""),
        ("always", "x = '\\d'", "invalid escape sequence"),
        ("always", "1 is 1", '"is" with a literal'),
    ],
)
@pytest.mark.usefixtures("restored")
def test_their_filters_hold_while_their_code_is_compiled(prompt: Prompt, filters: str, code: str, told: str) -> None:
    with warnings.catch_warnings(record=True) as caught:
        prompt(f"import warnings; warnings.simplefilter({filters!r})")
        before = list(warnings.filters)
        prompt(code)
        assert warnings.filters == before
    said = "".join(str(each.message) for each in caught)
    assert told in said
    assert bool(said) is bool(told)


@pytest.mark.usefixtures("restored")
def test_a_warning_that_they_make_an_error_is_one_while_compiling(prompt: Prompt) -> None:
    with warnings.catch_warnings():
        prompt("import warnings; warnings.simplefilter('error')")
        assert prompt.last("1 is 1").error.type_name == "SyntaxError"


@pytest.mark.parametrize("stand_in", ["types.ModuleType('torch')", "None", "7"])
def test_what_stands_in_for_torch_is_theirs_alone(prompt: Prompt, stand_in: str) -> None:
    real = sys.modules["torch"]
    prompt(f"import sys, types; sys.modules['torch'] = mine = {stand_in}")
    assert sys.modules["torch"] is real
    prompt("same = sys.modules['torch'] is mine")
    assert prompt["same"] is True
    prompt("del sys.modules['torch']")
    assert sys.modules["torch"] is real
    prompt("gone = 'torch' not in sys.modules; sys.modules['torch'] = torch")
    assert prompt["gone"] is True
    assert prompt("x = torch.ones(2)") == [LINE]
    assert sys.modules["torch"] is real


def test_the_default_handler_of_ctrl_c_is_in_force_as_they_see_it(prompt: Prompt) -> None:
    python = signal.default_int_handler
    prompt("import signal; found = signal.getsignal(signal.SIGINT), signal.default_int_handler")
    first, second = prompt["found"]
    assert first is second
    assert repr(first) == "<built-in function default_int_handler>"
    assert signal.default_int_handler is python
    # as asyncio.run() does: it takes the handler only where the default is in force, and puts the default back
    prompt("import asyncio\nasync def f(): return signal.getsignal(signal.SIGINT)\ninside = asyncio.run(f())\n")
    assert prompt["inside"] is not first
    prompt("after = signal.getsignal(signal.SIGINT)")
    assert prompt["after"] is first
