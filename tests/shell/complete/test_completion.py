"""What is offered for a text, by behaviour: the first of the list, what is in it, what is not."""

from __future__ import annotations

import collections
import gc
import sys
import threading
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import torch
from torch import nn

from ptrepl.shell.complete.completion import completions
from ptrepl.shell.complete.rank import MOST_OFFERED, ranked


class Point(NamedTuple):
    left: int
    right: torch.Tensor


class Layer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Linear(2, 3)
        self.scale = nn.Parameter(torch.ones(1))
        self.register_buffer("running", torch.zeros(1))

    def forward(self, signal: torch.Tensor, gain: float = 1.0) -> torch.Tensor:
        return self.inner(signal) * gain


class Slotted:
    __slots__ = ("first_slot", "second_slot")

    def __init__(self) -> None:
        self.first_slot = [1]

    @property
    def computed(self) -> torch.Tensor:
        raise AssertionError("asked for")

    @staticmethod
    def make(width: int, *, height: int = 1) -> Slotted:
        return Slotted()


def scaled(values: torch.Tensor, factor: float, /, offset: float = 0.0, *, clip: bool = False) -> torch.Tensor | None:
    return values * factor + offset if clip else None


def later(values: torch.Tensor) -> torch.nn.Linear:
    return nn.Linear(1, 1)


@pytest.fixture
def names() -> dict[str, Any]:
    net = nn.Sequential(collections.OrderedDict(fc1=nn.Linear(2, 3), act=nn.ReLU()))
    return {
        "torch": torch,
        "nn": nn,
        "F": nn.functional,
        "x": torch.ones(3, requires_grad=True),
        "net": net,
        "layer": Layer(),
        "parts": nn.ModuleDict({"head": nn.Linear(1, 1)}),
        "sizes": {"alpha": {"inside": torch.ones(1)}, "it's": 2, 3: 4},
        "default": collections.defaultdict(list, {"known": [1]}),
        "state": net.state_dict(),
        "opt": torch.optim.SGD(net.parameters(), lr=0.1),
        "point": Point(1, torch.ones(1)),
        "slotted": Slotted(),
        "Slotted": Slotted,
        "scaled": scaled,
        "later": later,
        "items": [torch.ones(1), "text"],
        "_hidden": 1,
        "Tall": 1,
        "tall": 2,
    }


def offered(text: str, names: dict[str, Any], **more: Any) -> list[str]:
    return [each.text for each in completions(text, len(text), names, **more)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("ne", "net"),
        ("print(ne", "net"),
        ("x + ne", "net"),
        ("prin", "print"),
        ("retu", "return"),
        ("_hid", "_hidden"),
        ("x.rel", "relu"),
        ("x.requires_g", "requires_grad"),
        ("torch.on", "ones"),
        ("torch.nn.Lin", "Linear"),
        ("torch.opt", "optim"),
        ("np.arr", "array"),
        ("net.fc", "fc1"),
        ("net.fc1.wei", "weight"),
        ("net[0].wei", "weight"),
        ("net[-1].inp", "inplace"),
        ("layer.in", "inner"),
        ("layer.sc", "scale"),
        ("layer.run", "running"),
        ("layer.running.su", "sum"),
        ("parts['head'].wei", "weight"),
        ("point.le", "left"),
        ("point.right.su", "sum"),
        ("slotted.first", "first_slot"),
        ("slotted.first_slot.app", "append"),
        ("slotted.comp", "computed"),
        ("items[0].su", "sum"),
        ("items[1].upp", "upper"),
        ("sizes['alpha']['inside'].su", "sum"),
        ("Slotted.ma", "make"),
        ("'text'.upp", "upper"),
        ("[1].app", "append"),
        ("{}.ite", "items"),
        ("f'{x}'.upp", "upper"),
        ("torch.float32.item", "itemsize"),
    ],
)
def test_names_and_attributes(text: str, wanted: str, names: dict[str, Any]) -> None:
    assert wanted in offered(text, names)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("torch.ones(3).relu().su", "sum"),
        ("torch.relu(x).su", "sum"),
        ("torch.tensor([1.]).su", "sum"),
        ("(x + 1).su", "sum"),
        ("(-x).su", "sum"),
        ("x[0].su", "sum"),
        ("x.T.su", "sum"),
        ("x.grad.su", "sum"),
        ("x.shape.num", "numel"),
        ("x.size().num", "numel"),
        ("x.max().it", "item"),
        ("x.max(dim=0).ind", "indices"),
        ("x.max(dim=0).indices.su", None),
        ("torch.max(x, dim=0).val", "values"),
        ("x.numpy().asty", "astype"),
        ("np.zeros(3).asty", "astype"),
        ("nn.Linear(2, 3).wei", "weight"),
        ("nn.Linear(2, 3).weight.su", "sum"),
        ("nn.Linear(2, 3)(x).su", "sum"),
        ("net.fc1(x).su", "sum"),
        ("net(x).su", "sum"),
        ("layer(x).su", "sum"),
        ("nn.functional.relu(x).su", "sum"),
        ("scaled(x, 2).su", "sum"),
        ("later(x).wei", "weight"),
        ("slotted.computed.su", "sum"),
        ("Slotted.make(1).first", "first_slot"),
        ("Slotted().first", "first_slot"),
        ("torch.optim.SGD([x]).zero", "zero_grad"),
        ("(x if x is None else 1).su", "sum"),
    ],
)
def test_what_a_call_or_an_operation_gives_is_known_without_making_it(
    text: str, wanted: str | None, names: dict[str, Any]
) -> None:
    assert (wanted in offered(text, names)) is (wanted is not None)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("nn.Linear(", ["in_features=", "out_features=", "bias="]),
        ("nn.Linear(2, ", ["out_features=", "bias="]),
        ("nn.Linear(2, 3, b", ["bias="]),
        ("nn.Linear(2,\n  out_features=3,\n  b", ["bias="]),
        ("torch.ones(3, req", ["requires_grad="]),
        ("torch.max(x, ke", ["keepdim="]),
        ("x.sum(", ["dim=", "keepdim=", "dtype="]),
        ("scaled(x, ", ["offset=", "clip="]),
        ("scaled(x, 2, clip=True, ", ["offset="]),
        ("layer(x, ", ["gain="]),
        ("Slotted.make(", ["width=", "height="]),
        ("slotted.make(1, ", ["height="]),
        ("print(x, s", ["sep="]),
        ("torch.optim.SGD(net.parameters(), l", ["lr="]),
    ],
)
def test_keyword_arguments_come_first_in_the_order_of_the_signature(
    text: str, first: list[str], names: dict[str, Any]
) -> None:
    assert offered(text, names)[: len(first)] == first


@pytest.mark.parametrize(
    "text",
    [
        "nn.Linear(bias=",
        "nn.Linear(x + ",
        "nn.Linear([",
        "nn.Linear(bias=True, b",
        "nn.Linear(lambda a, ",
        "def Linear(",
        "scaled(",
        "(",
        "if (",
    ],
)
def test_no_keyword_where_none_can_stand(text: str, names: dict[str, Any]) -> None:
    assert not {"bias=", "values=", "factor="} & set(offered(text, names))


@pytest.mark.parametrize(
    ("text", "all_of_it"),
    [
        ("sizes['", ["alpha", "it\\'s"]),
        ('sizes["i', ["it's"]),
        ("sizes['alpha']['", ["inside"]),
        ("sizes.get('al", ["alpha"]),
        ("state['fc1.w", ["fc1.weight"]),
        ("parts['", ["head"]),
        ("opt.param_groups[0]['l", ["lr"]),
        ("default['", ["known"]),
        ("print(sizes['al", ["alpha"]),
        ("f\"{sizes['al", ["alpha"]),
    ],
)
def test_keys(text: str, all_of_it: list[str], names: dict[str, Any]) -> None:
    assert offered(text, names) == all_of_it


def test_keys_come_with_their_quotes_where_none_is_typed(names: dict[str, Any]) -> None:
    assert offered("sizes[", names)[:2] == ["'alpha']", "'it\\'s']"]
    assert "net" in offered("sizes[", names)


def test_a_missing_key_is_not_made(names: dict[str, Any]) -> None:
    assert offered("default['other'].", names) == []
    assert list(names["default"]) == ["known"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("import tor", "torch"),
        ("import torch.n", "nn"),
        ("import json, tor", "torch"),
        ("import torch.nn.fun", "functional"),
        ("from torch.n", "nn"),
        ("from tor", "torch"),
        ("from torch i", "import"),
        ("from torch ", "import"),
        ("from torch import on", "ones"),
        ("from torch import nn, on", "ones"),
        ("from torch import (nn,\n  on", "ones"),
        ("from torch.nn import Lin", "Linear"),
        ("x = 1\nimport tor", "torch"),
        ("if x:\n    from torch import on", "ones"),
    ],
)
def test_imports(text: str, wanted: str, names: dict[str, Any]) -> None:
    assert wanted in offered(text, names)


def test_what_is_imported_already_is_not_offered_twice(names: dict[str, Any]) -> None:
    assert "ones" not in offered("from torch import ones, on", names)


def test_a_module_is_looked_into_without_importing_it(
    names: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "never_imported"
    package.mkdir()
    (package / "__init__.py").write_text("raise SystemExit\ndef work(): ...\nCONSTANT: int = 1\n_private = 2\n")
    (package / "part.py").write_text("class Thing: ...\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert "never_imported" in offered("import never_im", names)
    assert offered("import never_imported.", names) == ["part"]
    assert offered("from never_imported import ", names) == ["CONSTANT", "work", "part"]
    assert offered("from never_imported.part import ", names) == ["Thing"]
    assert not [name for name in sys.modules if name.startswith("never_imported")]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "houses.csv").touch()
    (tmp_path / "data" / ".secret").touch()
    (tmp_path / "two words.py").touch()
    (tmp_path / "it's").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("text", "all_of_it"),
    [
        ("open('da", ["data/"]),
        ("open('data/", ["houses.csv"]),
        ("open('data/.", [".secret"]),
        ("open('nothing/", []),
        ("open(r'two", ["two words.py"]),
        ("open('it", ["it\\'s"]),
        ('open("it', ["it's"]),
        ("open(b'da", []),
        ("'''da", []),
        ("f'{1}da", []),
        ("%run two", ["two\\ words.py"]),
        ("%run two\\ w", ["two\\ words.py"]),
        ("!cat data/h", ["houses.csv"]),
    ],
)
def test_paths(text: str, all_of_it: list[str], names: dict[str, Any], folder: Path) -> None:
    assert offered(text, names) == all_of_it


def test_a_path_from_home(names: dict[str, Any], folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(folder))
    assert offered("open('~/da", names) == ["data/"]
    assert [each.replaces for each in completions("open('~/da", 10, names)] == [2]


@pytest.mark.parametrize(
    ("text", "all_of_it"),
    [
        ("%xr", ["xray"]),
        ("%xray ", ["full", "line", "off"]),
        ("%xray o", ["off"]),
        ("%x ne", ["net", "next"]),
        ("%x net.fc1.wei", ["weight"]),
        ("%plot net.fc1.wei", ["weight"]),
        ("%time x.requires_g", ["requires_grad", "requires_grad_"]),
        ("%time import torch.nn.fun", ["functional"]),
        ("?x.retains", ["retains_grad"]),
        ("%nothing ", []),
        ("%nothing x", []),
        ("%hin", []),
        ("%reset ", ["-f"]),
    ],
)
def test_commands(text: str, all_of_it: list[str], names: dict[str, Any]) -> None:
    assert offered(text, names) == all_of_it


def test_every_command_is_offered_and_those_of_lessons_inside_one(names: dict[str, Any]) -> None:
    assert {"help", "who", "run", "time"} <= set(offered("%", names))
    assert "hint" not in offered("%", names)
    assert {"help", "hint", "goto"} <= set(offered("%", names, steps=[]))


def test_steps_are_offered_to_goto(names: dict[str, Any]) -> None:
    assert offered("%goto ", names, steps=["leaf", "graph"]) == ["graph", "leaf"]
    assert offered("%goto l", names, steps=["leaf", "graph"]) == ["leaf"]
    assert offered("%goto l", names) == []


def test_words_are_offered_to_help(names: dict[str, Any]) -> None:
    assert "grad_fn" in offered("%help gr", names)
    assert "%who" in offered("%help %w", names)


@pytest.mark.parametrize("text", ["# x.", "x = 1 # ne", "1.", "1.5", "0x1f", "def ne", "class Ne", "import x as ne"])
def test_nothing_is_offered_where_nothing_could_be_known(text: str, names: dict[str, Any]) -> None:
    assert offered(text, names) == []


@pytest.mark.parametrize("text", ["unknown.", "unknown().", "x.unknown.", "scaled.", "(1, 2)[x].", "lambda: x.", "x."])
def test_private_names_are_hidden_until_an_underscore_is_typed(text: str, names: dict[str, Any]) -> None:
    assert not [each for each in offered(text, names) if each.startswith("_")]


def test_an_underscore_brings_private_names_before_special_ones(names: dict[str, Any]) -> None:
    found = offered("x._", names)
    special = [each.startswith("__") for each in found]
    assert "_version" in found
    assert "__add__" in found
    assert special == sorted(special)


def test_the_learners_names_come_before_builtins_and_these_before_keywords(names: dict[str, Any]) -> None:
    names["important"] = 1
    found = offered("i", names)
    assert found.index("items") < found.index("input") < found.index("import")
    assert found.index("important") < found.index("input")


def test_the_typed_case_comes_first(names: dict[str, Any]) -> None:
    assert offered("ta", names)[:2] == ["tall", "Tall"]
    found = offered("Ta", names)
    assert found.index("Tall") < found.index("TabError") < found.index("tall")
    assert offered("nn.linear", names)[0] == "Linear"
    assert [each.exact for each in completions("ta", 2, names)][:2] == [True, False]


def test_public_attributes_of_a_module_come_before_what_it_imports(names: dict[str, Any]) -> None:
    found = offered("torch.o", names)
    assert found.index("optim") < found.index("os")
    assert found.index("ones") < found.index("os")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("alpha = 1\nalp", "alpha"),
        ("for batch in items:\n    bat", "batch"),
        ("with open('x') as file:\n    fi", "file"),
        ("def f(alpha, beta: int = 1, *rest):\n    re", "rest"),
        ("import json as jay\nja", "jay"),
        ("a, second = 1, 2\nsec", "second"),
        ("y = torch.ones(3)\ny.su", "sum"),
        ("y = torch.ones(3); y.su", "sum"),
        ("y: torch.Tensor\ny.su", "sum"),
        ("def f(a: torch.Tensor):\n    return a.su", "sum"),
        ("def f(a: 'torch.Tensor | None' = None):\n    return a.su", "sum"),
        ("if x:\n    x.su", "sum"),
        ("print(\n    x,\n    x.su", "sum"),
        ("y = (x\n     .relu()\n     .su", "sum"),
        ("x = x.sum()\nx.it", "item"),
    ],
)
def test_inside_several_lines(text: str, wanted: str, names: dict[str, Any]) -> None:
    assert wanted in offered(text, names)


NET = """\
class Net(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.first = nn.Linear(2, width)
        self.rest = nn.Sequential(nn.ReLU(), nn.Linear(width, 1))

    def helper(self):
        return 1

    def forward(self, batch):
        """


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("self.fi", "first"),
        ("self.he", "helper"),
        ("self.para", "parameters"),
        ("self.first.wei", "weight"),
        ("self.first(batch).su", "sum"),
        ("bat", "batch"),
        ("super().para", "parameters"),
        ("wid", None),
        ("batch.", None),
        ("self.batch", None),
    ],
)
def test_inside_a_class_that_is_being_written(typed: str, wanted: str | None, names: dict[str, Any]) -> None:
    found = offered(NET + typed, names)
    assert found == [] if wanted is None else wanted in found


def test_a_parameter_hides_a_name_of_the_namespace_in_its_function_only(names: dict[str, Any]) -> None:
    assert offered("def f(x):\n    x.su", names) == []
    assert "sum" in offered("def f(x):\n    pass\nx.su", names)


def test_text_after_the_cursor_stays_out_of_it(names: dict[str, Any]) -> None:
    assert [each.text for each in completions("x.requires_gr + net", 13, names)] == ["requires_grad", "requires_grad_"]


def test_what_is_replaced_is_what_was_typed(names: dict[str, Any]) -> None:
    assert {each.replaces for each in completions("net.fc", 6, names)} == {2}
    assert {each.replaces for each in completions("sizes['al", 9, names)} == {2}
    assert {each.replaces for each in completions("net.", 4, names)} == {0}


def test_there_is_a_limit(names: dict[str, Any]) -> None:
    names |= {f"many_{number:06}": number for number in range(100_000)}
    found = offered("many_", names)
    assert len(found) == MOST_OFFERED
    assert found[0] == "many_000000"
    assert offered("many_09999", names) == [f"many_09999{digit}" for digit in range(10)]


def test_the_search_ends_when_nobody_waits_for_it(names: dict[str, Any]) -> None:
    class Enough(Exception):
        pass

    def check() -> None:
        raise Enough

    for text in ("x.", "ne", "open('", "sizes['", "%", "import t"):
        with pytest.raises(Enough):
            completions(text, len(text), names, check=check)


def test_nothing_that_was_completed_is_kept_alive(names: dict[str, Any]) -> None:
    class Thing:
        pass

    names["thing"] = Thing()
    before = sys.getrefcount(names["thing"])
    offered("thing.", names)
    offered("torch.add(thing, ", names)
    gc.collect()
    after = sys.getrefcount(names["thing"])
    assert after == before


@pytest.mark.parametrize("missing", ["torch", "numpy"])
def test_it_works_without_torch(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [each for each in sys.modules if each.partition(".")[0] == missing]:
        monkeypatch.delitem(sys.modules, name)
    assert "append" in offered("items.app", {"items": [1]})
    assert "upper" in offered("'a'.upp", {})
    assert "sep=" in offered("print(1, s", {})


@pytest.mark.parametrize("text", ["many_", "table['many_"])
def test_what_is_left_of_many_has_no_more_in_common_than_all_have(text: str) -> None:
    many = {f"many_{number}": number for number in range(10, 10 + 3 * MOST_OFFERED)} | {"many_z": 1}
    found = offered(text, {**many, "table": many})
    assert {each.removeprefix("many_")[:1] for each in (min(found), max(found))} == {"1", "z"}


def test_completers_that_sort_at_once_do_not_disturb_each_other() -> None:
    names, failures = [[f"a{number}" for number in range(23)]], []
    together = threading.Barrier(8)

    def sort(first: int) -> None:
        together.wait()
        try:
            for number in range(2000):
                prefix = f"a{(7 * number + first) % 23}"
                assert ranked(names, prefix, lambda: None)[0].text == prefix
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=sort, args=(first,)) for first in range(8)]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    finally:
        sys.setswitchinterval(interval)
    assert failures == []
