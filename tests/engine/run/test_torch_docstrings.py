"""Every example of torch's documentation does at our prompt what it does at Python's, and its x-ray is true."""

from __future__ import annotations

import ast
import builtins
import contextlib
import io
import random
import sys
import traceback
import types
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy
import pytest
import torch

from ptrepl.engine.outcome import Outcome, TensorChange
from ptrepl.engine.run import watch
from ptrepl.engine.watch.facts import FACT_NAMES
from ptrepl.screen.xray_words import target_text
from tests.engine.docstrings import DOCSTRINGS, Docstring
from tests.engine.prompt import Prompt, as_torch_says, preloaded, shown
from tests.shares import share

FEWEST_COMPARED = 3_500

DIFFERENT = {
    # (docstring, statement) → why its output is not the same twice, in plain Python either
    ("torch.empty", "torch.empty((2,3), dtype=torch.int64)\n"): "uninitialised memory",
    ("torch.empty_strided", "a\n"): "uninitialised memory",
    ("torch.Tensor.new_empty", "tensor.new_empty((2, 3))\n"): "uninitialised memory",
    ("torch.Tensor.new_empty_strided", "tensor.new_empty_strided((2, 3), (3, 1))\n"): "uninitialised memory",
    ("torch.nn.utils.skip_init", "m.weight\n"): "uninitialised memory",
    ("torch.nn.utils.skip_init", "m2.weight\n"): "uninitialised memory",
    (
        "torch.linalg.lstsq",
        "torch.dist(X, torch.linalg.pinv(A) @ B)\n",
    ): "a rounding error",
    ("torch.from_dlpack", "capsule\n"): "an address",
    ("torch.meshgrid", "ax.plot_surface(x.numpy(), y.numpy(), z.numpy())\n"): "the address of a figure's part",
}
UNREADABLE = {"torch.thread_safe_generator": "its indent is not that of an example, says doctest"}


@pytest.fixture
def surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, main_module: None) -> Iterator[Callable[[], None]]:
    """A folder for the files that examples write; call it for torch as it is at first."""

    def as_at_first() -> None:
        torch.manual_seed(0)
        random.seed(0)
        numpy.random.seed(0)
        torch.set_default_dtype(torch.float32)
        torch.set_default_device(None)
        torch.set_printoptions(profile="default")
        torch.set_grad_enabled(True)
        torch.use_deterministic_algorithms(False)
        torch.set_num_threads(1)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "displayhook", sys.__displayhook__)
    yield as_at_first
    as_at_first()
    torch.set_flush_denormal(False)


Result = tuple[str, str | None]
"""What a statement printed, and the name of what it raised."""


def as_python_does(docstring: Docstring) -> list[Result]:
    """Each statement run as CPython's interactive interpreter runs it."""
    main = types.ModuleType("__main__")
    main.__dict__.update(preloaded(), np=numpy, __builtins__=builtins)
    sys.modules["__main__"] = main
    results = []
    for source in docstring.statements:
        out, raised = io.StringIO(), None
        with contextlib.redirect_stdout(out), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                exec(compile(source, "<stdin>", "single", dont_inherit=True), main.__dict__)
            except Exception as error:
                raised = type(error).__name__
        results.append((out.getvalue(), raised))
    builtins.__dict__.pop("_", None)
    return results


def as_we_do(docstring: Docstring) -> list[Result]:
    """Each statement run by a session, which must tell the truth of it."""
    prompt = Prompt()
    prompt("import warnings; warnings.simplefilter('ignore'); import numpy as np")
    prompt.session.with_cards = True
    results = []
    for source in docstring.statements:
        out, raised = io.StringIO(), None
        with contextlib.redirect_stdout(out):
            before = {name: id(value) for name, value in prompt.session.namespace.items()}
            before["_"] = id(getattr(builtins, "_", None))
            outcomes = []
            for outcome in prompt.session.run(source):
                outcomes.append(outcome)
                assert_true(prompt, outcome)
                if outcome.error is not None:
                    raised = outcome.error.type_name.rpartition(".")[2]
        assert_all_told(prompt, outcomes, before)
        results.append((out.getvalue(), raised))
    prompt.session.forget()
    return results


def assert_true(prompt: Prompt, outcome: Outcome) -> None:
    """Each line of the x-ray shows the attributes as torch gives them now."""
    for change in outcome.changes:
        if isinstance(change, TensorChange):
            tensor = labelled(prompt, outcome, target_text(change.target))
            for name in FACT_NAMES:
                assert change.facts.text(name) == (as_torch_says(tensor, name) or "n/a"), (change, name)
    for width, mode in ((None, "line"), (60, "full")):
        assert len(shown(outcome, width, mode)) >= min(len(outcome.changes), 12)


def labelled(prompt: Prompt, outcome: Outcome, label: str) -> Any:
    namespace = prompt.session.namespace
    if label in namespace:
        return namespace[label]
    if label in ("_", outcome.source):
        return builtins._
    name, dot, attribute = label.rpartition(".")
    assert (dot, attribute) == (".", "grad"), label
    return namespace[name].grad


def assert_all_told(prompt: Prompt, outcomes: list[Outcome], before: dict[str, int]) -> None:
    """Each tensor that was bound to a name, and each that was shown, has its line."""
    if len(outcomes) != 1:
        return
    (outcome,) = outcomes
    labels = {target_text(change.target) for change in outcome.changes}
    for name in set(outcome.bound) - {"_"}:
        value = prompt.session.namespace.get(name)
        if isinstance(value, torch.Tensor) and before.get(name) != id(value):
            assert name in labels
    value = getattr(builtins, "_", None)
    if outcome.error is None and isinstance(ast.parse(outcome.source).body[0], ast.Expr):
        assert labels or not isinstance(value, torch.Tensor) or before["_"] == id(value)


@pytest.fixture
def loud(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The x-ray swallows its own errors so as not to disturb anybody; here they are disturbing."""
    failures: list[str] = []

    def told(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            try:
                return function(*arguments, **options)
            except Exception:
                failures.append(traceback.format_exc())
                raise

        return call

    for name in ("take", "changes"):
        monkeypatch.setattr(watch, name, told(getattr(watch, name)))
    yield
    assert failures == []


@pytest.mark.usefixtures("loud")
@pytest.mark.parametrize("name", share((name for name, docstring in DOCSTRINGS.items() if docstring.statements), 6))
def test_examples_do_what_they_do_in_python(name: str, surroundings: Callable[[], None]) -> None:
    docstring = DOCSTRINGS[name]
    surroundings()
    theirs = as_python_does(docstring)
    surroundings()
    with warnings.catch_warnings(record=True) as messages:
        warnings.simplefilter("always")
        ours = as_we_do(docstring)
    assert [str(message.message) for message in messages] == []
    for statement, python, told in zip(docstring.statements, theirs, ours, strict=True):
        reason = DIFFERENT.get((name, statement))
        if reason is None:
            assert told == python, statement
        else:
            assert told[1] == python[1], statement
            assert reason != "an address" or told[0] != python[0], "no address any more: take it off the list"


def test_the_exceptions_are_examples_of_torch() -> None:
    for name, statement in DIFFERENT:
        assert statement in DOCSTRINGS[name].statements


def test_only_what_doctest_cannot_read_is_left_out() -> None:
    assert {name for name, docstring in DOCSTRINGS.items() if not docstring.statements} == UNREADABLE.keys()


def test_there_are_thousands_of_examples() -> None:
    count = sum(len(docstring.statements) for docstring in DOCSTRINGS.values()) - len(DIFFERENT)
    print(f"{count} statements of {len(DOCSTRINGS) - len(UNREADABLE)} docstrings are compared")
    assert count >= FEWEST_COMPARED
