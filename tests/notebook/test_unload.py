"""%unload_ext leaves IPython exactly as it was."""

from __future__ import annotations

import builtins
import gc
import shutil
import sys
import weakref
from pathlib import Path
from typing import Any

from tests.children import run_child
from tests.house.tree import ROOT
from tests.notebook.conftest import Notebook


def state(notebook: Notebook) -> dict[str, Any]:
    """All places of IPython and of the interpreter that an extension may leave something in."""
    shell = notebook.shell
    torch_utils = sys.modules["torch"].utils
    return {
        "events": {name: list(each) for name, each in shell.events.callbacks.items()},
        "transformers": list(shell.ast_transformers),
        "input": [*shell.input_transformers_post, *shell.input_transformer_manager.line_transforms],
        "magics": {kind: dict(each) for kind, each in shell.magics_manager.magics.items()},
        "traits": {name: value for name, value in vars(shell)["_trait_values"].items() if _is_plain(value)},
        "attributes": sorted(vars(shell)),
        "handlers": (shell.custom_exceptions, shell.display_pub, shell.displayhook, shell.set_next_input),
        "names": {name: id(value) for name, value in shell.user_ns.items() if not name.startswith("_")},
        "hidden": {*shell.user_ns_hidden} - {name for name in shell.user_ns_hidden if name.startswith("_i")},
        "builtins": dict(vars(builtins)),
        "hooks": (sys.displayhook, sys.excepthook, sys.breakpointhook, sys.settrace, sys.stdout, sys.stderr),
        "main": sys.modules["__main__"],
        "weakref": torch_utils.weakref,
    }


def _is_plain(value: object) -> bool:
    return isinstance(value, (bool, int, str, tuple, type(None))) and not isinstance(value, int)


def test_nothing_is_left(plain: Notebook) -> None:
    plain.cell("x = torch.ones(2)")
    plain.cell("%load_ext autoreload")  # IPython loads its own magics with the first use of one
    before = state(plain)
    plain.cell("%load_ext ptrepl")
    assert state(plain) != before
    plain.cell("y = x + 1\n%lesson creation\n%hint")
    plain.cell("z = y @ torch.ones(3)")
    plain.cell("del y")
    plain.cell("%unload_ext ptrepl")
    after = state(plain)
    assert {part: after[part] for part in before if after[part] != before[part]} == {}


def test_loaded_again_it_works_again(plain: Notebook) -> None:
    for _ in range(2):
        plain.cell("%load_ext ptrepl")
        assert len(plain.xray("x = torch.ones(2)")) == 1
        plain.cell("%unload_ext ptrepl")
        assert plain.xray("x = torch.ones(2)") == []


def test_a_magic_of_that_name_comes_back(plain: Notebook) -> None:
    plain.shell.register_magic_function(lambda line: print("mine", line), "line", "hint")
    plain.cell("%load_ext ptrepl")
    assert "No lesson is open" in plain.cell("%hint")
    plain.cell("%unload_ext ptrepl")
    assert plain.cell("%hint 3") == "mine 3\n"


def test_no_tensor_is_kept_alive(notebook: Notebook) -> None:
    notebook.cell("x = torch.ones(2)\ny = x * 2")
    kept = weakref.ref(notebook.shell.user_ns["x"])
    notebook.cell("del x")
    gc.collect()
    assert kept() is None


def test_the_configuration_of_a_class_loads_it(tmp_path: Path) -> None:
    """docs/examples/jupyterhub/ipython_config.py, in a profile of its own."""
    profile = tmp_path / "ipython" / "profile_default"
    profile.mkdir(parents=True)
    shutil.copy(ROOT / "docs" / "examples" / "jupyterhub" / "ipython_config.py", profile)
    command = [sys.executable, "-W", "ignore", "-m", "IPython", "--ipython-dir", profile.parent, "-c"]
    done = run_child([*command, "import torch\nx = torch.ones(2)"], cwd=ROOT)
    assert "│ x  shape=(2,)" in done.stdout
