"""``%timeit``, ``%mem``, ``%device``, ``%pip``, ``%config``, ``%who -b``: what the machine does, has and holds."""

from __future__ import annotations

import gc
import re
import sys
import weakref
from collections.abc import Iterator

import pytest
import torch

from ptrepl.engine.run import device as device_module
from ptrepl.screen.line import plain
from ptrepl.screen.units import bytes_text, seconds_text
from ptrepl.shell.commands.look.memory import memory_lines
from ptrepl.shell.commands.run.pip import changed_and_loaded
from ptrepl.shell.commands.run.timeit import timeit_lines
from ptrepl.shell.commands.session.config import config_lines
from ptrepl.shell.context import Settings
from ptrepl.shell.inspect.memory_held import HeldMemory, Holding
from tests.shell.commands.commanding import Shell


@pytest.fixture
def shell(capfd: pytest.CaptureFixture[str]) -> Iterator[Shell]:
    made = Shell(capfd)
    yield made
    made.session.forget()


# %timeit


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch, shell: Shell) -> Shell:
    """Times for a moment only."""
    from torch.utils.benchmark import Timer

    shell("1;")  # takes the names in
    measure = Timer.blocked_autorange
    monkeypatch.setattr(Timer, "blocked_autorange", lambda timer: measure(timer, min_run_time=0.001))
    return shell


def test_timeit_says_median_spread_and_threads_and_shows_no_tensor(quick: Shell) -> None:
    out = quick("x = torch.ones(3)", "%timeit x + x")
    median, counted = out.splitlines()
    assert re.fullmatch(r"median [\d.]+ (ns|µs|ms), IQR [\d.]+ (ns|µs|ms)", median)
    assert re.match(rf"([\d,]+ times )?[\d,]+ runs?, on {torch.get_num_threads()} threads?; half of the times", counted)
    assert quick.succeeded
    assert "on 3 threads" in quick("%timeit -t 3 x + x")


def test_timeit_runs_among_the_names_and_takes_a_block(quick: Shell) -> None:
    assert quick("n = 0", "%timeit n += 1").startswith("median ")
    assert quick("n") == "1\n"  # as by one run
    assert quick("%timeit for i in range(3):\n    last = i\n").startswith("median ")
    assert quick("last, [name for name in globals() if 'timeit' in name]") == "(2, [])\n"


def test_what_timeit_changed_is_not_told_later(quick: Shell) -> None:
    quick("w = torch.zeros(2)", "%timeit w.add_(1)")
    assert quick("y = 1") == ""


def test_timeit_keeps_the_settings_of_the_learner(quick: Shell) -> None:
    quick("torch.set_grad_enabled(False);", "seen = set()", "%timeit seen.add(torch.is_grad_enabled())")
    assert quick("seen") == "{False}\n"
    quick("torch.set_grad_enabled(True);")


@pytest.mark.parametrize(
    ("code", "said"),
    [("1 / 0", "ZeroDivisionError: division by zero"), ("x =", "SyntaxError: invalid syntax")],
)
def test_timeit_of_what_fails_shows_the_error_as_usual(quick: Shell, code: str, said: str) -> None:
    assert quick(f"%timeit {code}") == ""
    assert quick.err.splitlines()[-1] == said
    assert "<ptrepl-" in quick.err
    assert not quick.succeeded


def test_timeit_of_what_fails_later_names_the_error_and_none_of_our_files(quick: Shell) -> None:
    quick("left = [1, 2, 3]", "%timeit left.pop()")
    assert quick.err == "IndexError: pop from empty list\n"
    quick("left = [1, 2, 3]", "def take():\n    return left.pop()\n", "%timeit take()")
    assert "return left.pop()" in quick.err
    assert "timeit" not in quick.err


def test_timeit_can_be_interrupted(quick: Shell) -> None:
    quick("turns = 0", "def stop():\n    global turns\n    turns += 1\n    if turns > 2: raise KeyboardInterrupt\n")
    quick("%timeit stop()")
    assert quick.err.splitlines()[-1] == "KeyboardInterrupt"
    assert quick("turns") == "3\n"


@pytest.mark.parametrize("width", [40, 80])
def test_timeit_fits_the_terminal(width: int) -> None:
    lines = [plain(line) for line in timeit_lines(1.5e-6, 2e-9, 20, 10_000, 1, width)]
    assert all(len(line) <= width for line in lines)
    assert "20 times 10,000 runs, on 1 thread;" in " ".join(lines)


# %mem


def test_mem_counts_each_memory_once_the_biggest_first(shell: Shell) -> None:
    shell("net = nn.Linear(1000, 100)", "x = torch.zeros(1_000_000)", "v = x[:10]", "w = net.weight", "d = {'k': v}")
    rows = [line for line in shell("%mem").splitlines() if line.startswith("│   ")]
    assert rows == [
        "│   3.8 MiB  x    Tensor  cpu  · also v, d['k']",
        "│   391 KiB  net  Linear  cpu  · also w",
    ]
    assert "│ tensors  4.2 MiB\n" in shell("%mem")
    assert "this process" in shell("%mem")


def test_mem_tells_of_a_view_that_keeps_a_larger_memory(shell: Shell) -> None:
    assert "3.8 MiB  v  Tensor  cpu  · reads 40 bytes of it" in shell("v = torch.zeros(1_000_000)[:10]", "%mem")


def test_mem_counts_gradients_and_arrays_and_no_meta(shell: Shell) -> None:
    shell(
        "w = torch.zeros(1000, requires_grad=True)",
        "w.sum().backward()",
        "a = np.zeros(2000)",
        "t = torch.from_numpy(a)",
    )
    out = shell("m = torch.empty(10**9, device='meta')", "b = np.zeros(500)", "%mem")
    sizes = dict(re.findall(r"│ +([\d.]+ \w+)  (\w+) +(?:Tensor|ndarray)", out))
    assert sizes == {"16 KiB": "t", "7.8 KiB": "w", "3.9 KiB": "b"}
    assert "also a" in out
    assert "1 tensor is not counted, since it has no plain memory." in out


def test_mem_says_what_the_last_error_and_value_hold_and_lets_go(shell: Shell) -> None:
    shell("def f():\n    big = torch.zeros(1_000_000)\n    kept.append(weakref.ref(big))\n    return 1 / 0\n")
    shell("import weakref", "kept = []", "f()", "torch.zeros(500_000)")
    out = shell("%mem")
    assert "The last error holds 3.8 MiB in its frames. %mem free frees it." in out
    assert "_, the last value, holds 1.9 MiB." in out
    ref: weakref.ref[torch.Tensor] = shell.session.namespace["kept"][0]
    gc.collect()
    assert ref() is not None
    assert shell("%mem free") == "The last error and _ are gone, and 5.7 MiB of tensors with them.\n"
    assert ref() is None
    assert shell("%mem free") == "The last error and _ are gone; no tensor was held by them alone.\n"


def test_mem_has_twenty_rows_and_fits_the_terminal() -> None:
    rows = [HeldMemory(f"name_{number}", "Parameter", 2048, "cuda:0", ("other",), 8) for number in range(25)]
    lines = [plain(line) for line in memory_lines(Holding(rows, 5, 6, 7), 10**9, ("cuda", 10**9, 2 * 10**9), 40)]
    assert all(len(line) <= 40 for line in lines)
    assert any("… and 5 more, 10 KiB" in line for line in lines)
    assert lines[1:3] == ["│ cuda  954 MiB in tensors", "│   1.9 GiB reserved"]


@pytest.mark.cuda
def test_mem_tells_what_the_accelerator_has(shell: Shell) -> None:
    out = shell("x = torch.zeros(1_000_000, device='cuda')", "%mem")
    assert re.search(r"│ cuda  3\.8 MiB in tensors  [\d.]+ MiB reserved", out)
    assert "3.8 MiB  x  Tensor  cuda:0" in out


# %device


def test_device_says_what_there_is_and_changes_the_name(shell: Shell) -> None:
    assert shell("%device").startswith("device is cpu. This machine has ")
    assert shell("%device meta") == "device is meta from now on.\n"
    assert shell("x = 1") == ""
    assert shell("device") == "device(type='meta')\n"
    shell("%reset -f")
    assert shell("device") == "device(type='meta')\n"


def test_device_says_that_tensors_stay_where_they_are(shell: Shell) -> None:
    out = shell("x = torch.ones(2)", "%device meta")
    assert out.splitlines()[1] == "Tensors made before stay where they are; x.to(device) makes a copy there."
    assert shell("%device meta").count("\n") == 2
    assert shell("%device cpu").count("\n") == 1


def test_a_device_that_the_machine_lacks(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device_module, "available_devices", lambda: ["cpu", "meta"])
    assert shell("%device xpu") == ""
    assert shell.err == "This machine has no device 'xpu': it has cpu, meta.\n"
    assert shell("device") == "device(type='cpu')\n"


class OpenLesson:
    """A lesson that goes on."""

    finished = False


def test_a_lesson_stays_on_its_device(shell: Shell) -> None:
    shell.context.lesson = OpenLesson()  # type: ignore[assignment]
    shell("%device meta")
    assert shell.err.startswith("A lesson stays on one device.")
    shell.context.lesson = None
    assert shell("device") == "device(type='cpu')\n"


# %config


def test_config_shows_what_holds_and_where_it_comes_from(shell: Shell) -> None:
    shell.context.settings.sources["xray"] = "--xray"
    shell.context.settings.file = "/home/ada/config.toml"
    lines = shell("%config").splitlines()
    assert re.fullmatch(r'xray +"line" +--xray', lines[0])
    assert ["theme", '"auto"', "the", "default"] in [line.split() for line in lines]
    assert lines[-1] == "file: /home/ada/config.toml"


@pytest.mark.parametrize("typed", ["%config xray off", '%config xray = "off"', "%config xray=off"])
def test_config_changes_a_setting_for_this_session_and_says_how_to_keep_it(shell: Shell, typed: str) -> None:
    shell.context.settings.file = "c.toml"
    assert shell(typed).endswith('To keep it, write this line into c.toml: xray = "off"\n')
    assert shell("x = torch.ones(2)") == ""
    assert "%config, for this session" in shell("%config xray")


def test_config_seeds_at_once(shell: Shell) -> None:
    state = torch.random.get_rng_state()
    shell("%config seed 3", "a = torch.rand(2)", "%config seed 3")
    assert shell("bool((torch.rand(2) == a).all())").startswith("True")
    torch.random.set_rng_state(state)


def test_config_fits_a_narrow_terminal() -> None:
    settings = Settings("/etc/x.toml")
    settings.startup = "a/rather/long/path/to/a/startup.py"
    from ptrepl.settings.config import KEYS

    assert all(len(plain(line)) <= 40 for line in config_lines(settings, KEYS, 40))


# %pip


def test_pip_is_the_one_of_this_python(shell: Shell) -> None:
    assert sys.prefix in shell("%pip --version")
    assert shell.succeeded


def test_pip_that_fails_says_so(shell: Shell) -> None:
    shell("%pip install --no-index a-package-that-is-nowhere")
    assert shell.err.splitlines()[-1] == "pip: exit status 1"
    assert not shell.succeeded


def test_only_what_is_loaded_and_changed_asks_for_a_new_start() -> None:
    before = {name: ("1.0", frozenset({name.lower()})) for name in ("Same", "Newer", "Gone", "Idle")}
    after = {
        **before,
        "Newer": ("2.0", frozenset({"newer"})),
        "Idle": ("2.0", frozenset({"idle"})),
        "Fresh": ("1", frozenset()),
    }
    del after["Gone"]
    assert changed_and_loaded(before, after, ["same", "newer", "gone", "sys"]) == ["Gone", "Newer"]


# %who -b


def test_who_sorts_by_bytes_and_counts_what_is_shared_once(shell: Shell) -> None:
    shell("a = torch.zeros(2)", "b = torch.zeros(100)", "c = b[50:]", "d = torch.zeros(1000)")
    out = shell("%who -b")
    assert re.findall(r"│ (\w+) +\(", out) == ["d", "b", "c", "a"]
    assert "│ total  4,608 bytes  · 200 of them shared\n" in out
    assert re.findall(r"│ (\w) +\(", shell("%who -b [ab]")) == ["b", "a"]


# units


@pytest.mark.parametrize(
    ("number", "said"),
    [(0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (1000, "1.0 KiB"), (4_000_000, "3.8 MiB"), (2**50, "1024 TiB")],
)
def test_bytes_have_the_unit_that_fits(number: int, said: str) -> None:
    assert bytes_text(number) == said


@pytest.mark.parametrize(
    ("seconds", "said"), [(3e-9, "3 ns"), (1.234e-5, "12.3 µs"), (0.5, "500 ms"), (1.5, "1.5 s"), (125, "2 min 5 s")]
)
def test_seconds_have_the_unit_that_fits(seconds: float, said: str) -> None:
    assert seconds_text(seconds) == said
