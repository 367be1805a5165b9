"""What is typed has a source and a module: for inspect, pickle, and worker processes."""

from __future__ import annotations

import inspect
import linecache
import pickle
import select
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.children import ROOT, run_code, started
from tests.engine.prompt import Prompt

DEFINED = '''
import functools

def plain(x):
    """A docstring."""
    return x + 1

@functools.cache
def decorated(x):
    return x

class Base:
    """A class."""
    size = 3

    def method(self):
        return self.size

    class Inner:
        def deep(self):
            return "deep"

    @property
    def doubled(self):
        return 2 * self.size

@functools.total_ordering
class Decorated(Base):
    def __lt__(self, other):
        return True

async def later():
    return 1

short = lambda x: x * 2
'''


@pytest.fixture
def defined(prompt: Prompt) -> Prompt:
    prompt(DEFINED)
    prompt("other = 1")
    return prompt


@pytest.mark.parametrize(
    ("expression", "source"),
    [
        ("plain", 'def plain(x):\n    """A docstring."""\n    return x + 1\n'),
        ("decorated", "@functools.cache\ndef decorated(x):\n    return x\n"),
        ("Base.method", "    def method(self):\n        return self.size\n"),
        ("Base().method", "    def method(self):\n        return self.size\n"),
        ("Base.doubled.fget", "    @property\n    def doubled(self):\n        return 2 * self.size\n"),
        ("Base.Inner.deep", '        def deep(self):\n            return "deep"\n'),
        ("Base.Inner", '    class Inner:\n        def deep(self):\n            return "deep"\n'),
        (
            "Decorated",
            "@functools.total_ordering\nclass Decorated(Base):\n    def __lt__(self, other):\n        return True\n",
        ),
        ("later", "async def later():\n    return 1\n"),
        ("short", "short = lambda x: x * 2\n"),
    ],
)
def test_inspect_finds_the_source(defined: Prompt, expression: str, source: str) -> None:
    found = eval(expression, defined.session.namespace)
    assert inspect.getsource(found) == source
    linecache.checkcache()
    assert inspect.getsource(found) == source


def test_inspect_finds_a_whole_class(defined: Prompt) -> None:
    source = inspect.getsource(defined["Base"])
    assert source.startswith('class Base:\n    """A class."""\n')
    assert source.endswith("        return 2 * self.size\n")
    assert inspect.getdoc(defined["Base"]) == "A class."


def test_a_class_that_was_typed_again_has_its_new_source(prompt: Prompt) -> None:
    for number in range(3):
        prompt(f"class C:\n    number = {number}\n")
        prompt("class D:\n    pass\n")
        assert inspect.getsource(prompt["C"]) == f"class C:\n    number = {number}\n"
        assert inspect.getsource(prompt["D"]) == "class D:\n    pass\n"


@pytest.mark.parametrize(
    "source",
    [
        "if True:\n    class C:\n        number = 1\n",
        "for i in range(1):\n    class C:\n        number = 1\n",
        "try:\n    class C:\n        number = 1\nfinally:\n    pass\n",
        "with open('/dev/null'):\n    class C:\n        number = 1\n",
        "def make():\n    class C:\n        number = 1\n    return C\n\nC = make()",
    ],
)
def test_a_class_inside_another_statement_has_its_source(prompt: Prompt, source: str) -> None:
    prompt(source)
    assert textwrap.dedent(inspect.getsource(prompt["C"])) == "class C:\n    number = 1\n"


def test_a_class_in_a_statement_that_failed_after_it(prompt: Prompt) -> None:
    prompt.outcomes("if True:\n    class C:\n        number = 1\n    1 / 0\n")
    assert textwrap.dedent(inspect.getsource(prompt["C"])) == "class C:\n    number = 1\n"


def test_the_learner_asks_for_a_source_too(defined: Prompt, capsys: pytest.CaptureFixture[str]) -> None:
    defined("import inspect; print(inspect.getsource(plain), inspect.getfile(plain), inspect.getmodule(Base).__name__)")
    assert capsys.readouterr().out.endswith("return x + 1\n <ptrepl-1> __main__\n")


def test_pasted_code_has_the_source_without_its_prompts(prompt: Prompt) -> None:
    prompt(">>> def f(x):\n...     return x\n...\n>>> class C:\n...     size = 1\n...\n")
    assert inspect.getsource(prompt["f"]) == "def f(x):\n    return x\n"
    assert inspect.getsource(prompt["C"]) == "class C:\n    size = 1\n"


@pytest.mark.parametrize(
    "expression", ["plain", "Base", "Base()", "Decorated", "Base.Inner()", "{'a': Base, 'b': plain}"]
)
@pytest.mark.parametrize("protocol", [2, pickle.HIGHEST_PROTOCOL])
def test_what_is_typed_can_be_pickled(defined: Prompt, expression: str, protocol: int) -> None:
    thing = eval(expression, defined.session.namespace)
    copy = pickle.loads(pickle.dumps(thing, protocol))
    assert type(copy) is type(thing)


def test_a_model_is_saved_and_loaded(prompt: Prompt, tmp_path: Path) -> None:
    prompt("class Net(nn.Module):\n    def __init__(self):\n        super().__init__(); self.layer = nn.Linear(2, 1)\n")
    prompt(f"net = Net(); torch.save(net, {str(tmp_path / 'net.pt')!r})")
    prompt(f"again = torch.load({str(tmp_path / 'net.pt')!r}, weights_only=False)")
    assert type(prompt["again"]) is prompt["Net"]


def alone(source: str) -> str:
    """What a session of its own process prints for ``source``, run input by input (separated by blank lines)."""
    program = textwrap.dedent(
        f"""
        from tests.engine.prompt import Prompt
        prompt = Prompt()
        for source in {textwrap.dedent(source).strip()!r}.split("\\n\\n"):
            for outcome in prompt.session.run(source):
                print(outcome.status.value, flush=True)
        """
    )
    done = run_code(program)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_a_dataset_that_was_typed_reaches_the_workers_of_a_loader() -> None:
    out = alone(
        """
        class Squares(torch.utils.data.Dataset):
            def __len__(self): return 4
            def __getitem__(self, i): return torch.tensor(i * i), torch.utils.data.get_worker_info().id

        loader = torch.utils.data.DataLoader(Squares(), batch_size=2, num_workers=1, multiprocessing_context="fork")

        for batch, worker in loader: print(batch.tolist(), worker.tolist())
        """
    )
    assert out == "ok\nok\n[0, 1] [0, 0]\n[4, 9] [0, 0]\nok\n"


def test_an_interrupt_in_a_loader_with_workers_keeps_the_session() -> None:
    out = alone(
        """
        import signal

        class Endless(torch.utils.data.IterableDataset):
            def __iter__(self):
                while True: yield torch.ones(1)

        for step, batch in enumerate(torch.utils.data.DataLoader(Endless(), num_workers=1)):
            if step == 3: signal.raise_signal(signal.SIGINT)

        print(step)
        """
    )
    assert out == "ok\nok\ninterrupted\n3\nok\n"


INTERRUPTED = {
    "a Python loop": "while True: pass",
    "a C++ operation": "for _ in range(10_000): x @ x",
    "a sleep": "import time; time.sleep(60)",
    "a training loop": "while True: net(batch).sum().backward()",
    "printing": "while True: print('.' * 1000)",
    "an await": "import asyncio; await asyncio.sleep(60)",
    "a wait for a lock": "import threading; lock = threading.Lock(); lock.acquire(); lock.acquire()",
    "exec": "exec('while True: pass')",
}


INTERRUPT = """
import signal, sys
from tests.engine.prompt import Prompt

def say(what):
    print(what, file=sys.stderr, flush=True)

prompt = Prompt()
prompt("torch.set_num_threads(1); x = torch.ones(300, 300); kept = 5; net = nn.Linear(2, 2); batch = torch.ones(1, 2)")
signal.signal(signal.SIGINT, lambda number, frame: None)  # between two statements, a program around us has its own
say("ready")
for source in sys.argv[1:]:
    sys.stdin.readline()
    say([[outcome.status.value for outcome in prompt.session.run(source)][-1] for _ in range(10)])
sys.stdin.readline()
prompt("assert kept == 5")
"""


def test_ctrl_c_stops_the_code_ten_times_in_a_row_and_nothing_else() -> None:
    command = [sys.executable, "-c", INTERRUPT, *INTERRUPTED.values()]
    pipe = subprocess.PIPE
    with started(command, stdin=pipe, stdout=subprocess.DEVNULL, stderr=pipe, cwd=ROOT, bufsize=1) as process:
        assert process.stderr.readline() == "ready\n"
        for where in INTERRUPTED:
            process.stdin.write("\n")
            while not select.select([process.stderr], [], [], 0.03)[0]:
                process.send_signal(signal.SIGINT)
            assert process.stderr.readline() == f"{['interrupted'] * 10}\n", where
        assert process.communicate("\n", timeout=30)[1] == ""
    assert process.returncode == 0
