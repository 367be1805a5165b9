"""torch is loaded once, whoever asks for its names, and however often."""

from __future__ import annotations

import signal
import threading

import pytest
import torch

from ptrepl.shell import loader
from ptrepl.shell.loader import TorchLoader


def test_a_loader_that_was_never_started_loads_once(monkeypatch: pytest.MonkeyPatch) -> None:
    sown = []
    monkeypatch.setattr(loader, "seed_everything", sown.append)
    made = TorchLoader("cpu", seed=3)
    names = made.names()
    assert names["torch"] is torch
    assert made.names() is names
    asking = threading.Thread(target=made.names)
    asking.start()
    asking.join()
    assert sown == [3]


def test_ctrl_c_while_it_loads_is_never_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    def turns_it_into_another() -> None:
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            raise ImportError("initialization failed") from None

    monkeypatch.setattr("ptrepl.engine.run.device.choose_device", lambda _: turns_it_into_another())
    made = TorchLoader("cpu")
    with pytest.raises(KeyboardInterrupt):
        made.names()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert str(made.failure) == "torch was not imported: Ctrl-C stopped it. Start ptrepl again."
    assert made.names() == {}
