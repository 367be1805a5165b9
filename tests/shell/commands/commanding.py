"""A session with its commands, without a terminal: lines in, what is printed out."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional

from ptrepl.engine.run.session import Session
from ptrepl.screen.printer import Printer
from ptrepl.shell.context import ShellContext
from ptrepl.shell.readers.reader import Reader
from ptrepl.shell.repl import Repl


class Shell:
    """Runs lines one after the other, each as Enter hands it over."""

    def __init__(self, capture: pytest.CaptureFixture[str]) -> None:
        names = {"torch": torch, "nn": torch.nn, "F": torch.nn.functional, "device": torch.device("cpu")}
        self.session = Session("learner", lambda: names, adopt=True)
        self.context = ShellContext(lambda: self.session, printer=Printer())
        self._repl = Repl(self.context)
        self._capture = capture
        self.succeeded = True
        self.err = ""

    def __call__(self, *lines: str) -> str:
        """What the last of ``lines`` printed to stdout; ``err`` and ``succeeded`` tell the rest."""
        for line in lines:
            self._capture.readouterr()
            self.succeeded = self._repl.handle(line)
        printed = self._capture.readouterr()
        self.err = printed.err
        return printed.out

    def converse(self, reader: Reader) -> int:
        """Prompt with ``reader`` until its input ends; the exit status."""
        return self._repl.converse(reader)
