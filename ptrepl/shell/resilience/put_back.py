"""What the learner's code has broken of the libraries that we stand on, and putting it back.

Somebody tries ``os.environ = None``, a test of theirs leaves ``json.dumps`` mocked, ``sys.modules.clear()`` looked
useful. Python's prompt is written in C and lives on; ours fails at that, says what was replaced, and has it again.
"""

from __future__ import annotations

import sys
from types import ModuleType

from ptrepl.shell.resilience.own_imports import PYTHONS_FINDERS, OwnImports

_LIBRARIES = frozenset(
    """
    _signal ast asyncio asyncio.events asyncio.futures asyncio.tasks bisect codecs collections contextlib copy
    ctypes dataclasses difflib dis enum errno fcntl functools gc importlib importlib.machinery importlib.util
    inspect io itertools json linecache math opcode operator os pathlib posixpath random re select selectors
    shlex shutil signal stat string subprocess sysconfig tempfile termios textwrap threading time token
    tokenize traceback tty types unicodedata warnings weakref torch torch.nn torch.nn.functional torch.utils
    """.split()
)
_OF_SYS = (
    "path",
    "meta_path",
    "path_hooks",
    "path_importer_cache",
    "_getframe",
    "getprofile",
    "setprofile",
    "exc_info",
)


class Libraries:
    """The modules that our own code needs, as they are now."""

    def __init__(self) -> None:
        self._modules = dict(sys.modules)
        self._names = {name: dict(vars(sys.modules[name])) for name in _LIBRARIES & sys.modules.keys()}
        self._finders = list(sys.meta_path)
        self._of_sys = {name: getattr(sys, name) for name in _OF_SYS}

    def put_back(self) -> list[str]:
        """Put back what can no longer be what it was: another type of thing, or nothing; their names."""
        found = [] if sys.modules.keys() >= self._modules.keys() else ["sys.modules"]
        for name, module in self._modules.items():
            sys.modules.setdefault(name, module)
        for name, value in self._of_sys.items():
            if type(getattr(sys, name, None)) is not type(value):
                setattr(sys, name, value)
                found.append(f"sys.{name}")
        present = {id(finder) for finder in sys.meta_path}
        if any(_is_needed(finder) and id(finder) not in present for finder in self._finders):
            # without one that has done what it waited for, as that of plotting.offer
            sys.meta_path[:] = [finder for finder in self._finders if not getattr(finder, "is_done", False)]
            found.append("sys.meta_path")
        for name, values in self._names.items():
            module = self._modules[name]
            now = vars(module)
            for attribute, value in values.items():
                if type(now.get(attribute)) is not type(value) and not _is_lazy(now, attribute, value):
                    now[attribute] = value
                    found.append(f"{name}.{attribute}")
        return found


def _is_needed(finder: object) -> bool:
    """Whether imports of ours fail without it: others, such as one that waits for matplotlib, may go by themselves."""
    return isinstance(finder, OwnImports) or any(finder is each for each in PYTHONS_FINDERS)


def _is_lazy(now: dict[str, object], attribute: str, value: object) -> bool:
    """Whether a name holds another type of thing since it is set when it is first needed: None before, or private."""
    return (
        value is None
        or (attribute in now and now[attribute] is not None and attribute.startswith("_"))
        or (isinstance(value, ModuleType) and isinstance(now.get(attribute), ModuleType))
    )
