"""Looks at the machine for ``--doctor``. Everything that may be broken is tried, and what it raises becomes a fact."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
import warnings
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

from ptrepl import __version__
from ptrepl.engine.run.device import available_devices, choose_device
from ptrepl.error_log import Log, log_path, read_log
from ptrepl.errors import LessonError, PtreplError
from ptrepl.screen.printer import is_terminal
from ptrepl.settings.config_file import load_config
from ptrepl.shell.doctor.facts import Device, Folder, MachineFacts, Terminal, Torch
from ptrepl.texts.messages import gettext, ngettext

_NEEDED = (
    "torch",
    "numpy",
    "prompt_toolkit",
    "pygments",
    "rich",
    "markdown-it-py",
    "pyyaml",
    "platformdirs",
    "executing",
)
_OPTIONAL = ("pandas", "matplotlib")
_DRIVERS = (("/dev/nvidiactl", "NVIDIA", "CUDA_VISIBLE_DEVICES"), ("/dev/kfd", "AMD", "HIP_VISIBLE_DEVICES"))


def gather() -> MachineFacts:
    """The facts about this machine, this Python and this terminal. Imports torch; never raises."""
    lessons, damaged = _lessons()
    config = load_config()
    folder, unread = _state()
    return MachineFacts(
        version=__version__,
        python=f"{platform.python_version()} ({platform.python_implementation()})",
        executable=sys.executable,
        system=platform.platform(),
        packages=tuple((name, _version(name)) for name in (*_NEEDED, *_OPTIONAL)),
        optional=frozenset(_OPTIONAL),
        torch=look_at_torch(),
        terminal=look_at_terminal(),
        state=folder,
        lessons=lessons,
        damaged=damaged,
        config=config.path,
        wrong_config=config.problems,
        unread_progress=unread,
        own_errors=_own_errors(),
        graphics_cards=tuple(_cards()),
    )


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def look_at_torch() -> Torch:
    """Import torch and try each device that it finds."""
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            import torch

            devices = tuple(_device(torch, name) for name in available_devices())
            default = str(choose_device("auto"))
            return Torch(
                built_for=_built_for(torch),
                devices=devices,
                default=default,
                warnings=tuple(dict.fromkeys(_first_line(warning.message) for warning in warned)),
            )
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            return Torch(failure=f"{type(error).__name__}: {_first_line(error)}")


def _first_line(error: object) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].strip() if lines else gettext("no reason given")


def _built_for(torch: Any) -> str:
    for name, said in (("hip", "ROCm"), ("cuda", "CUDA"), ("xpu", "XPU")):
        if version := getattr(torch.version, name, None):
            return f"{said} {version}"
    return "MPS" if torch.backends.mps.is_built() else "cpu"


def _device(torch: Any, name: str) -> Device:
    if name == "meta":
        return Device(name, gettext("shapes and dtypes without data"))
    try:
        (torch.ones(2, device=name) + 1).sum().item()
    except Exception as error:
        return Device(name, failure=_first_line(error))
    return Device(name, _description(torch, name))


def _description(torch: Any, name: str) -> str:
    if name == "cpu":
        processor = platform.processor() or platform.machine()
        threads = torch.get_num_threads()
        return ngettext("{processor}, {count} thread", "{processor}, {count} threads", threads, processor=processor)
    kind, _, index = name.partition(":")
    backend = getattr(torch, kind, None)
    try:
        properties = backend.get_device_properties(int(index))  # type: ignore[union-attr]
        return f"{properties.name}, {properties.total_memory / 2**30:.0f} GiB"
    except Exception:
        return gettext("Apple graphics") if kind == "mps" else ""


def look_at_terminal() -> Terminal:
    """What the streams and the environment say. Works without any of them."""
    size = shutil.get_terminal_size()
    environ = os.environ
    return Terminal(
        reads_keys=is_terminal(sys.stdin),
        shows_text=is_terminal(sys.stdout),
        term=environ.get("TERM", ""),
        columns=size.columns,
        rows=size.lines,
        encoding=getattr(sys.stdout, "encoding", None) or "ascii",
        colorterm=environ.get("COLORTERM", ""),
        no_color=bool(environ.get("NO_COLOR")),
        around=tuple(_around()),
    )


def _around() -> Iterator[str]:
    for name, said in (("SSH_CONNECTION", "ssh"), ("TMUX", "tmux"), ("STY", "screen")):
        if os.environ.get(name):
            yield said


def _cards() -> Iterator[str]:
    """Makers of the GPUs with a driver. Skip GPUs that CUDA_VISIBLE_DEVICES hides: not using them is intended."""
    for path, maker, hidden_by in _DRIVERS:
        if os.path.exists(path) and os.environ.get(hidden_by, "all") not in ("", "-1"):
            yield maker


def _lessons() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The lessons that came with ptrepl, and the faults of those that cannot be read."""
    from ptrepl.tutor.library.catalog import open_lesson
    from ptrepl.tutor.library.shelf import lesson_files, lessons_folder, shelf

    listed = [each.id for each in shelf()]
    faults = [
        gettext("{file} is not a lesson", file=path.name)
        for path in lesson_files(lessons_folder())
        if path.stem not in listed
    ]
    for name in listed:
        try:
            open_lesson(name)
        except LessonError as error:
            faults += str(error).splitlines()
        except (PtreplError, ImportError) as error:
            faults.append(f"{name}: {_first_line(error)}")
    return tuple(listed), tuple(faults)


def _state() -> tuple[Folder, int]:
    """The folder of history and progress, and how many lines of the log cannot be read."""
    from ptrepl.folders import state_folder
    from ptrepl.tutor.progress.log import Progress

    try:
        path = state_folder()
    except ImportError:
        return Folder(gettext("unknown: platformdirs is not installed"), writable=False), 0
    progress = Progress(path)
    progress.events()
    return Folder(str(path), writable=_is_writable(path)), progress.skipped


def _own_errors() -> Log | None:
    try:
        return read_log()
    except ImportError:  # without platformdirs the line of the state says so
        return None
    except OSError as error:
        return Log(str(log_path()), problem=error.strerror or str(error))


def _is_writable(path: Path) -> bool:
    """Whether files can be made in ``path``, or the folder itself where it does not exist yet."""
    while not path.exists() and path != path.parent:
        path = path.parent
    try:
        # tried rather than asked: permission bits say yes to an administrator where the disk is read-only
        with tempfile.TemporaryFile(dir=path):
            return True
    except OSError:
        return False
