"""A short name whose package is not installed, or was not imported."""

from __future__ import annotations

import sys

import pytest

from ptrepl.explain.explain import explain
from tests.explain.failing import fails, session, why

PACKAGES = ("pandas", "matplotlib")


class Nowhere:
    """Finds no package of those, wherever they may be installed."""

    def find_spec(self, name: str, *_: object) -> None:
        if name.partition(".")[0] in PACKAGES:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


@pytest.fixture(autouse=True)
def not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] in PACKAGES]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [Nowhere(), *sys.meta_path])


@pytest.mark.parametrize(
    ("line", "package"),
    [
        ("pd.DataFrame({'a': [1]})", "pandas"),
        ("def f():\n    return plt.figure()\n\nf()", "matplotlib"),
    ],
)
def test_how_to_install_it_is_said(line: str, package: str) -> None:
    assert f"%pip install {package} " in why(line).text


@pytest.mark.parametrize(("module", "package"), [("pandas", "pandas"), ("matplotlib.pyplot", "matplotlib")])
def test_an_import_of_it_says_so_too(module: str, package: str) -> None:
    explanation = explain(ModuleNotFoundError(f"No module named {module!r}", name=module), {})
    assert explanation is not None
    assert f"%pip install {package} " in explanation.text


def test_a_name_that_is_nobodys_gets_no_such_line() -> None:
    assert fails("pdd.DataFrame()").explanation is None


def test_what_is_installed_is_not_said_to_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: object())
    assert fails("del pd").explanation is None


@pytest.mark.parametrize(
    ("module", "package"), [("PIL", "pillow"), ("cv2", "opencv-python"), ("sklearn.svm", "scikit-learn")]
)
def test_packages_with_another_name_than_their_module(
    module: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    explanation = explain(ModuleNotFoundError(f"No module named {module!r}", name=module), {})
    assert explanation is not None
    assert f"Its package is called {package}: %pip install {package}" in explanation.text


def test_a_module_that_nobody_knows_is_not_offered_for_installing() -> None:
    assert fails("import my_own_helpers_of_nowhere").explanation is None


@pytest.mark.parametrize(
    ("line", "fix"),
    [
        ("nn.Linear(2, 1)", "import torch.nn as nn"),
        ("class Net(nn.Module):\n    pass", "import torch.nn as nn"),
        ("def f():\n    return F.relu(torch.ones(2))\n\nf()", "import torch.nn.functional as F"),
    ],
)
def test_a_usual_name_that_is_not_imported(line: str, fix: str) -> None:
    said = why(f"del nn, F\n{line}")
    assert "is not imported here" in said.text
    assert [each.code for each in said.fixes] == [fix]


def test_torch_itself() -> None:
    within = session()
    within.ready()
    del within.namespace["torch"]
    explanation = fails("torch.ones(2)", within).explanation
    assert explanation is not None
    assert [each.code for each in explanation.fixes] == ["import torch"]


@pytest.mark.parametrize("line", ["F.T", "F @ F", "nn"])
def test_a_name_that_may_be_another_thing_is_not_taken_for_a_module(line: str) -> None:
    explanation = fails(f"del nn, F\n{line}").explanation
    assert explanation is None or "imported" not in explanation.text
