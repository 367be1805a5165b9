"""torch is imported behind the prompt: in a thread, while the first line is typed."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from ptrepl.errors import PtreplError
from ptrepl.shell.preload import preload, preload_failures
from ptrepl.texts.messages import gettext

_FIRST_KEYS = 0.05
"""Seconds for what is typed at once, before modules of ours are imported and take their share of the interpreter."""


_FIRST_STATEMENT = 0.2
"""Seconds for the statement that waits for torch, before what shows an error takes its share of the interpreter."""


def _open_libraries() -> None:
    """Open torch's shared libraries, as ``import torch`` will.

    The import holds the interpreter lock meanwhile, and no key would be taken for 150 ms. A call through ``ctypes``
    lets the lock go (``ctypes.CDLL(path)`` itself does not). Failures are ignored here: the import reports them.
    """
    suffix = {"linux": "so", "darwin": "dylib"}.get(sys.platform)
    if suffix is None or "torch" in sys.modules:
        return
    try:
        import ctypes
        import importlib.util

        spec = importlib.util.find_spec("torch")
        if spec is None or spec.origin is None:
            return
        folder = os.path.join(os.path.dirname(spec.origin), "lib")
        dlopen = ctypes.CDLL(None).dlopen
        dlopen.restype = ctypes.c_void_p
        if suffix == "so":
            # first and with RTLD_GLOBAL, as torch does it: the libraries of a CUDA build need its symbols
            dlopen(os.path.join(folder, "libtorch_global_deps.so").encode(), os.RTLD_NOW | os.RTLD_GLOBAL)
        dlopen(os.path.join(folder, f"libtorch.{suffix}").encode(), os.RTLD_NOW)
    except (AttributeError, ImportError, OSError, ValueError):
        return


class TorchLoader:
    """Imports torch and makes the names that the namespace is preloaded with.

    ``failure`` is the one line that says why torch could not be imported; the prompt works without it.
    """

    def __init__(self, device: str = "auto", seed: int | None = None) -> None:
        self._wanted = device
        self._seed = seed
        self._names: dict[str, Any] = {}
        self._begun = self._ended = False
        self._thread = threading.Thread(target=self._load_behind, name="ptrepl-torch", daemon=True)
        self._starting = threading.Lock()
        self._finished = threading.Event()
        self._collecting = gc.isenabled()
        self.failure: PtreplError | None = None
        self._done: Callable[[], None] = lambda: None

    @property
    def loading(self) -> bool:
        """Whether the import is going on, or will as soon as the prompt is drawn."""
        return self._begun and not self._ended

    @property
    def device(self) -> str | None:
        """The device that ``auto`` came to; None while torch loads, or if it cannot be."""
        found = self._names.get("device")
        return None if found is None else str(found)

    def begin(self, done: Callable[[], None] = lambda: None) -> None:
        """Say that ``go_on`` will import torch, unless that was done; ``done`` is called when it has, or has failed."""
        if not self._ended:
            self._begun = True
            self._done = done
            gc.disable()  # garbage collection stays off until the import ends

    def go_on(self) -> None:
        """Import torch, and what of ours ``preload`` names, in the background.

        For when the prompt is drawn: until then it would have to share the interpreter with the import.
        """
        with self._starting:
            if self._thread.ident is None and not self._ended:
                self._thread.start()

    def names(self) -> Mapping[str, Any]:
        """``torch``, ``nn``, ``F`` and ``device``, once they are there; nothing if torch cannot be imported."""
        if not self._begun:
            self._begun = True
            self._load_here()
        self.go_on()
        # not join(): interrupted by Ctrl-C it takes the thread for ended (bpo-45274), torch for loaded; with a limit,
        # since without one Ctrl-C would have to wait on some platforms
        while not self._finished.wait(0.05):
            pass
        return self._names

    def _load_here(self) -> None:
        """Raises KeyboardInterrupt where Ctrl-C was pressed meanwhile, whatever torch has made of it."""
        held = threading.current_thread() is not threading.main_thread()
        if held or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
            self._load()
            return
        pressed = []

        def press(signum: int, frame: object) -> None:
            pressed.append(signum)
            raise KeyboardInterrupt

        signal.signal(signal.SIGINT, press)
        try:
            self._load()
        finally:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            if pressed:
                self.failure = PtreplError(gettext("torch was not imported: Ctrl-C stopped it. Start ptrepl again."))
                raise KeyboardInterrupt

    def _load_behind(self) -> None:
        opener = threading.Thread(target=_open_libraries, name="ptrepl-open", daemon=True)
        opener.start()
        opener.join(_FIRST_KEYS)
        with suppress(Exception):  # whoever needs it imports it again, and says what is wrong
            preload()
        opener.join()
        self._load()
        time.sleep(_FIRST_STATEMENT)
        with suppress(Exception):
            preload_failures()

    def _load(self) -> None:
        # collecting garbage among the million objects that the import makes finds none and costs a fifth of its time
        gc.disable()
        from ptrepl.shell.torch_import import failure, import_torch  # not before the first prompt

        try:
            torch = import_torch()

            from ptrepl.engine.run.device import choose_device

            device = choose_device(self._wanted)
            self._names = {"torch": torch, "nn": torch.nn, "F": torch.nn.functional, "device": device}
            if self._seed is not None:
                seed_everything(self._seed)
        except PtreplError as error:
            self.failure = error.with_traceback(None)
            self.failure.__cause__ = self.failure.__context__ = None
        except BaseException as error:
            self.failure = failure(error)
        finally:
            gc.freeze()
            if self._collecting:
                gc.enable()
            self._ended = True
            self._finished.set()
            self._done()


def seed_everything(seed: int) -> None:
    """Seed torch on every device, Python's ``random``, and numpy if it is loaded."""
    import random

    random.seed(seed)
    sys.modules["torch"].manual_seed(seed)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(seed % 2**32)
