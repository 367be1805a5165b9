"""A hundred cells as tutorials have them, with the extension and without: what they show, and what is there after."""

from __future__ import annotations

import random
import re
import types
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from tests.notebook.conftest import Notebook, Published
from tests.shares import share

FOLDER = Path(__file__).parent / "tutorials"
CELL = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
DIFFERS = re.compile(r"0x[0-9a-f]+|<ipython-input-[^>]*>|ipython-input-[\w-]*|(?:CPU times|Wall time): .*")
"""Addresses, times and the names of cells."""
SOURCES = [path.stem for path in sorted(FOLDER.glob("*.md"))]


def cells(name: str) -> list[str]:
    """The code of one tutorial, cell by cell."""
    return CELL.findall((FOLDER / f"{name}.md").read_text(encoding="utf-8"))


def run(name: str, *, loaded: bool) -> tuple[list[Any], dict[str, Any]]:
    """What each cell shows, without what the extension adds; and the state afterwards."""
    config = Config()
    config.HistoryManager.enabled = False
    notebook = Notebook(InteractiveShell(config=config))
    shell = notebook.shell
    published = shell.display_pub = Published()
    shell.kernel = object()
    if loaded:
        shell.extension_manager.load_extension("ptrepl")
    random.seed(0)
    np.random.seed(0)
    torch.manual_seed(0)
    shown, added = [], 0
    try:
        for cell in cells(name):
            published.bundles.clear()
            text = notebook.cell(cell)
            error = notebook.result.error_in_exec or notebook.result.error_before_exec
            others = [bundle for bundle in published.bundles if "ptrepl" not in bundle.get("text/html", "")]
            shown.append((cell, same(text), same(repr(error)), [same(repr(bundle)) for bundle in others]))
            added += len(published.bundles) - len(others)
        assert (added > 3) is loaded
        names = {each: value for each, value in shell.user_ns.items() if is_theirs(each, shell)}
        state = {each: digest(value, 0) for each, value in names.items()}
        drawn = (torch.get_rng_state().tolist(), repr(np.random.get_state()), random.getstate())
        state["settings"] = (
            drawn,
            torch.is_grad_enabled(),
            torch.get_default_dtype(),
            torch.is_inference_mode_enabled(),
        )
        return shown, state
    finally:
        if loaded:
            shell.extension_manager.unload_extension("ptrepl")


def same(text: str) -> str:
    """``text`` without what is another one each time."""
    return DIFFERS.sub("…", text)


def is_theirs(name: str, shell: Any) -> bool:
    return not name.startswith("_") and name not in shell.user_ns_hidden


def digest(value: Any, deep: int) -> Any:
    """What two runs of the same code have in common: kinds, facts, bytes."""
    kind = f"{type(value).__module__}.{type(value).__qualname__}"
    if deep > 6:
        return kind
    if isinstance(value, torch.Tensor):
        return (kind, *tensor_facts(value), value.is_leaf and value.grad is not None and digest(value.grad, deep + 1))
    if isinstance(value, (torch.nn.Module, torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler)):
        return (kind, getattr(value, "training", None), digest(value.state_dict(), deep + 1))
    if isinstance(value, np.ndarray):
        return (kind, value.dtype.str, value.shape, value.tobytes())
    if isinstance(value, pd.DataFrame):
        return (kind, value.to_csv())
    if isinstance(value, dict):
        return (kind, [(str(key), digest(each, deep + 1)) for key, each in value.items()])
    if isinstance(value, (list, tuple, deque)):
        return (kind, [digest(each, deep + 1) for each in value])
    if isinstance(value, (bool, int, float, str, bytes, types.NoneType, torch.dtype, torch.Size)):
        return (kind, repr(value))
    return (kind, getattr(value, "__qualname__", ""))


def tensor_facts(value: torch.Tensor) -> Iterator[Any]:
    yield from (value.dtype, value.layout, tuple(value.shape), value.requires_grad, value.is_leaf)
    yield type(value.grad_fn).__name__
    if not value.is_inference():
        yield value._version
    if value.device.type == "cpu":
        yield value.stride()
        yield value.detach().contiguous().view(-1).view(torch.uint8).numpy().tobytes() if value.numel() else b""


def test_there_are_a_hundred() -> None:
    assert sum(len(cells(name)) for name in SOURCES) >= 100


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", share(SOURCES, 4))
def test_cells_of_a_tutorial_run_as_without_it(name: str) -> None:
    without, with_it = run(name, loaded=False), run(name, loaded=True)
    for before, after in zip(without[0], with_it[0], strict=True):
        assert after == before
    assert with_it[1] == without[1]
