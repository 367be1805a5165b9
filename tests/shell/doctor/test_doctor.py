"""``--doctor``: every fact, every ailment with its remedy, and exit status 0 whatever is wrong."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from ptrepl.screen.line import plain
from ptrepl.shell.doctor.doctor import problems, report
from ptrepl.shell.doctor.facts import Device, Folder, MachineFacts, Terminal, Torch
from ptrepl.shell.doctor.gather import gather, look_at_terminal
from tests.children import run_ptrepl

TERMINAL = Terminal(
    reads_keys=True,
    shows_text=True,
    term="xterm-256color",
    columns=100,
    rows=40,
    encoding="utf-8",
)
TORCH = Torch(devices=(Device("cpu", "x86_64, 8 threads"), Device("meta", "shapes without numbers")), default="cpu")
GPU = Torch(
    built_for="CUDA 13.0",
    devices=(Device("cuda:0", "NVIDIA H200, 140 GiB"), Device("cpu"), Device("meta")),
    default="cuda",
)
WELL = MachineFacts(
    version="0.1.0",
    python="3.12.1 (CPython)",
    executable="/usr/bin/python",
    system="Linux-6.1",
    packages=(("torch", "2.13.0"), ("rich", "15.0"), ("pandas", None)),
    optional=frozenset({"pandas"}),
    torch=TORCH,
    terminal=TERMINAL,
    state=Folder("/home/ada/.local/state/ptrepl", writable=True),
    lessons=("autograd", "tensors"),
)


def text(environment: MachineFacts) -> str:
    return "\n".join(plain(line) for line in report(environment))


def test_a_healthy_machine_has_no_problems() -> None:
    assert list(problems(WELL)) == []
    said = text(WELL)
    assert said.endswith("\nNothing is wrong.")
    for fact in (
        "  torch           2.13.0\n",
        "  pandas          not installed\n",
        "  Python          3.12.1 (CPython)  /usr/bin/python\n",
        "  cpu             x86_64, 8 threads\n",
        "  default         cpu  (torch found no accelerator)\n",
        "  size            100 columns, 40 rows\n",
        "  encoding        utf-8\n",
        "  state           /home/ada/.local/state/ptrepl\n",
        "  lessons         autograd, tensors\n",
    ):
        assert fact in said


def test_an_accelerator_is_named_and_chosen() -> None:
    said = text(replace(WELL, torch=GPU, graphics_cards=("NVIDIA",)))
    assert "  cuda:0          NVIDIA H200, 140 GiB\n" in said
    assert "  default         cuda  (the accelerator that torch found)\n" in said
    assert said.endswith("\nNothing is wrong.")


@pytest.mark.parametrize(
    ("change", "ailment", "remedy"),
    [
        (
            {"packages": (("torch", None),), "torch": Torch(failure="ModuleNotFoundError: No module named 'torch'")},
            "torch is not installed",
            "pip install torch",
        ),
        ({"packages": (("torch", "2.13.0"), ("rich", None))}, "rich is not installed", "pip install rich"),
        (
            {"torch": Torch(failure="OSError: libcudart.so.13: cannot open shared object file")},
            "torch 2.13.0 cannot be imported (OSError: libcudart.so.13: cannot open shared object file)",
            "--force-reinstall",
        ),
        (
            {"graphics_cards": ("NVIDIA",)},
            "a graphics card by NVIDIA, but this torch is built for the CPU",
            "Install one",
        ),
        (
            {"graphics_cards": ("NVIDIA",), "torch": replace(TORCH, built_for="CUDA 13.0")},
            "but torch, which is built for CUDA 13.0, cannot use it",
            "driver is too old",
        ),
        (
            {"torch": replace(GPU, devices=(Device("cuda:0", failure="no kernel image is available"),))},
            "cuda:0 is there but does not compute (no kernel image is available)",
            "--device cpu",
        ),
        ({"torch": replace(TORCH, warnings=("Failed to initialize NumPy",))}, "torch warns: Failed to initialize", ""),
        ({"terminal": replace(TERMINAL, term="dumb")}, "TERM is dumb", "set TERM=xterm-256color"),
        ({"terminal": replace(TERMINAL, term="")}, "TERM is not set", "set TERM=xterm-256color"),
        ({"terminal": replace(TERMINAL, columns=40)}, "40 columns wide", "make it wider"),
        ({"terminal": replace(TERMINAL, encoding="ascii")}, "The output is in ascii", "PYTHONUTF8=1"),
        ({"state": Folder("/mnt/state", writable=False)}, "cannot be kept in /mnt/state", "PTREPL_STATE"),
        ({"lessons": ()}, "No lessons were found", "Install ptrepl again"),
        ({"damaged": ("lessons/a.md:3: no title",)}, "lessons/a.md:3: no title", "Install ptrepl again"),
        ({"unread_progress": 2}, "2 lines of the progress log cannot be read", "nothing to do"),
    ],
)
def test_each_ailment_is_one_line_with_its_remedy(change: dict[str, object], ailment: str, remedy: str) -> None:
    ill = replace(WELL, **change)  # type: ignore[arg-type]
    (line,) = problems(ill)
    assert ailment in line
    assert remedy in line
    assert "\n" not in line
    assert text(ill).endswith(f"What is wrong\n  {line}")


@pytest.mark.parametrize("encoding", ["utf-8", "UTF-8", "utf8", "UTF8"])
def test_every_spelling_of_utf_8_will_do(encoding: str) -> None:
    assert list(problems(replace(WELL, terminal=replace(TERMINAL, encoding=encoding)))) == []


def test_without_a_terminal_its_narrowness_is_no_ailment() -> None:
    piped = replace(TERMINAL, reads_keys=False, shows_text=False, term="", columns=20)
    assert list(problems(replace(WELL, terminal=piped))) == []
    assert "no terminal: nothing is wrapped or coloured" in text(replace(WELL, terminal=piped))


@pytest.mark.parametrize(
    ("change", "colours"),
    [
        ({}, "256;"),
        ({"term": "xterm"}, "16;"),
        ({"colorterm": "truecolor"}, "16 million;"),
        ({"no_color": True}, "none: NO_COLOR is set"),
        ({"term": "dumb"}, "none"),
        ({"shows_text": False}, "none"),
    ],
)
def test_how_many_colours_there_are(change: dict[str, object], colours: str) -> None:
    said = text(replace(WELL, terminal=replace(TERMINAL, **change)))  # type: ignore[arg-type]
    assert f"  colours         {colours}" in said


def test_what_the_environment_says_of_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"TERM": "screen", "TMUX": "/tmp/x", "SSH_CONNECTION": "1", "NO_COLOR": "1"}.items():
        monkeypatch.setenv(name, value)
    found = look_at_terminal()
    assert (found.term, found.around, found.no_color) == ("screen", ("ssh", "tmux"), True)
    monkeypatch.setattr(sys, "stdin", None)
    assert look_at_terminal().reads_keys is False


def test_this_machine_is_looked_at_and_nothing_is_written(own_surroundings: Path) -> None:
    found = gather()
    assert dict(found.packages)["torch"] is not None
    assert [device.name for device in found.torch.devices][-2:] == ["cpu", "meta"]
    assert all(not device.failure for device in found.torch.devices)
    assert "autograd" in found.lessons
    assert found.damaged == ()
    assert found.state == Folder(str(own_surroundings / "state"), writable=True)
    assert not (own_surroundings / "state").exists()


def test_a_device_that_does_not_compute_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ptrepl.shell.doctor.gather.available_devices", lambda: ["opencl:0", "cpu"])
    broken, cpu = gather().torch.devices
    assert (broken.name, broken.description) == ("opencl:0", "")
    assert broken.failure
    assert cpu.failure == ""


@pytest.mark.cuda
def test_a_graphics_card_is_named_and_computes() -> None:
    found = gather().torch
    assert found.default == "cuda"
    assert found.devices[0].name == "cuda:0"
    assert found.devices[0].failure == ""
    assert "GiB" in found.devices[0].description


def test_lines_of_the_log_that_cannot_be_read_are_counted(own_surroundings: Path) -> None:
    state = own_surroundings / "state"
    state.mkdir()
    (state / "progress.jsonl").write_text('{"torn\nnot json\n')
    assert gather().unread_progress == 2


def test_a_state_folder_that_cannot_be_is_told(own_surroundings: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (own_surroundings / "file").write_text("")
    monkeypatch.setenv("PTREPL_STATE", str(own_surroundings / "file" / "state"))
    assert gather().state.writable is False


def run_doctor(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return run_ptrepl("--doctor", folder=folder, environment=environment, cold=True)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("raise ImportError('libtorch.so: cannot open\\nand more')", "ImportError: libtorch.so: cannot open"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("raise ModuleNotFoundError", "ModuleNotFoundError: no reason given"),
        ("", "AttributeError"),
    ],
)
def test_a_broken_torch_is_an_answer_not_a_failure(tmp_path: Path, code: str, said: str) -> None:
    (tmp_path / "torch.py").write_text(code)
    done = run_doctor(tmp_path, PYTHONPATH=str(tmp_path))
    assert (done.returncode, done.stderr) == (0, "")
    assert "What is wrong\n" in done.stdout
    assert said in done.stdout.partition("What is wrong\n")[2]


def test_the_program_prints_it_in_plain_characters_where_it_has_to(tmp_path: Path) -> None:
    done = run_doctor(tmp_path, PYTHONIOENCODING="ascii", TERM="dumb")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.isascii()
    assert "  encoding        ascii\n" in done.stdout
