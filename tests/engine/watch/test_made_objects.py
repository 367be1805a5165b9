"""What has one line when a statement makes it: arrays, data frames, datasets, schedulers; shapes inside containers."""

from __future__ import annotations

import sys
import types

import pytest

from tests.engine.prompt import Prompt, line


@pytest.fixture
def at_arrays(prompt: Prompt) -> Prompt:
    prompt("import numpy as np")
    prompt("x = torch.arange(3.)")
    return prompt


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("n = x.numpy()", "│ n  ndarray  shape=(3,)  dtype=float32  · shares memory with x"),
        ("n = np.asarray(x)", "│ n  ndarray  shape=(3,)  dtype=float32  · shares memory with x"),
        ("n = x.numpy().copy()", "│ n  ndarray  shape=(3,)  dtype=float32"),
        ("n = x.numpy()[1:]", "│ n  ndarray  shape=(2,)  dtype=float32  · shares memory with x"),
        ("n = np.zeros((2, 3), dtype=int)", "│ n  ndarray  shape=(2, 3)  dtype=int64"),
        ("n = np.array([None, 'a'], dtype=object)", "│ n  ndarray  shape=(2,)  dtype=object"),
        ("n = np.empty((0, 3))", "│ n  ndarray  shape=(0, 3)  dtype=float64"),
        ("x.numpy()", "│ x.numpy()  ndarray  shape=(3,)  dtype=float32  · shares memory with x"),
    ],
)
def test_an_array_that_was_made_has_a_line(at_arrays: Prompt, statement: str, told: str) -> None:
    assert at_arrays(statement) == [told]
    assert at_arrays("k = 1") == []


def test_an_array_shares_with_an_array_and_another_name_is_the_same_object(at_arrays: Prompt) -> None:
    at_arrays("m = np.zeros((2, 3))")
    assert at_arrays("row = m[0]") == ["│ row  ndarray  shape=(3,)  dtype=float64  · shares memory with m"]
    assert at_arrays("again = m") == ["│ again  ndarray  shape=(2, 3)  dtype=float64  · same object as m"]
    assert at_arrays("m[0] = 1") == []
    assert at_arrays("del m") == []


def test_no_code_of_a_learners_array_runs(at_arrays: Prompt) -> None:
    at_arrays(
        """
class Loud(np.ndarray):
    def __getattribute__(self, name):
        raise AssertionError(name)

"""
    )
    assert at_arrays("loud = np.zeros(3).view(Loud)") == []


def test_an_array_is_not_kept_alive(at_arrays: Prompt) -> None:
    at_arrays("import weakref; n = np.zeros(3); gone = weakref.ref(n)")
    at_arrays("del n")
    assert at_arrays["gone"]() is None


class Frame:
    """As much of a data frame as is read of one."""

    columns = ("a", "b")
    shape = (3, 2)
    dtypes = ("int64", "object")


def test_a_data_frame_has_rows_columns_and_dtypes(prompt: Prompt, monkeypatch: pytest.MonkeyPatch) -> None:
    pandas = types.ModuleType("pandas")
    Frame.__module__ = "pandas"
    pandas.DataFrame = Frame  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "pandas", pandas)
    prompt("import pandas as pd")
    assert prompt("df = pd.DataFrame()") == ["│ df  Frame  rows=3  columns=2  dtypes=int64, object"]
    prompt("class Mine(pd.DataFrame):\n    @property\n    def shape(self): raise AssertionError\n")
    assert prompt("mine = Mine()") == []


DATA = """
from torch.utils import data
ds = data.TensorDataset(torch.ones(10, 2), torch.zeros(10))

class Counted(data.Dataset):
    def __init__(self):
        self.x, self.names = torch.ones(5, 2), ["a"] * 4
    def __len__(self):
        return len(self.x)
    def __getitem__(self, i):
        raise AssertionError

class Named(Counted):
    def __len__(self):
        return len(self.names)

class Computed(Counted):
    def __len__(self):
        return 7

counted, named, computed = Counted(), Named(), Computed()
"""


@pytest.mark.parametrize(
    ("made", "told"),
    [
        ("ds", "TensorDataset  2 tensors  (10, 2) float32, (10,) float32  samples=10"),
        ("Counted()", "Counted  1 tensor  (5, 2) float32  samples=5"),
        ("Named()", "Named  1 tensor  (5, 2) float32  samples=4"),
        ("Computed()", "Computed  1 tensor  (5, 2) float32"),
        ("data.Subset(ds, [1, 2])", "Subset  dataset=TensorDataset  samples=2"),
        ("data.Subset(computed, range(3))", "Subset  dataset=Computed  samples=3"),
        ("data.ConcatDataset([ds, ds])", "ConcatDataset  samples=20"),
        ("data.DataLoader(ds, 4)", "DataLoader  dataset=TensorDataset  samples=10  batch_size=4  batches=3"),
        (
            "data.DataLoader(ds, 4, drop_last=True, shuffle=True)",
            "DataLoader  dataset=TensorDataset  samples=10  batch_size=4  batches=2",
        ),
        ("data.DataLoader(named, 3)", "DataLoader  dataset=Named  samples=4  batch_size=3  batches=2"),
        ("data.DataLoader(computed, 2)", "DataLoader  dataset=Computed  batch_size=2"),
        (
            "data.DataLoader(ds, 4, sampler=data.SubsetRandomSampler([1]))",
            "DataLoader  dataset=TensorDataset  samples=10  batch_size=4",
        ),
        ("iter(data.DataLoader(ds, 4))", "_SingleProcessDataLoaderIter  dataset=TensorDataset  samples=10"),
        ("next(iter(data.DataLoader(ds, 4)))", "list  2 tensors  (4, 2) float32, (4,) float32"),
        ("nn.utils.rnn.pack_sequence([torch.ones(2)])", "PackedSequence  2 tensors  (2,) float32, (2,) int64"),
        ("torch.distributions.Normal(torch.zeros(2), torch.ones(2))", "Normal  2 tensors  (2,) float32, (2,) float32"),
        ("torch.ones(2, 3).max(1)", "max  2 tensors  (2,) float32, (2,) int64"),
        ("torch.ones(2).add(1), torch.ones(3) - 1", "tuple  2 tensors  (2,) float32, (3,) float32"),
        ("nn.Linear(2, 1).state_dict()", "OrderedDict  2 tensors  (1, 2) float32, (1,) float32"),
        ("[torch.ones(1)] * 5", "list  5 tensors  " + "(1,) float32, " * 4 + "…"),
        ("[torch.ones(1) for _ in range(60_000)]", "list  60000 tensors  " + "(1,) float32, " * 4 + "…"),
    ],
)
def test_what_was_made_tells_its_size(prompt: Prompt, made: str, told: str) -> None:
    prompt(DATA)
    (said,) = prompt(f"c = {made}")
    assert said.removesuffix("  · same object as ds") == f"│ c  {told}"
    assert prompt("k = 1") == []


def test_a_scheduler_has_its_optimizer_and_learning_rate(prompt: Prompt) -> None:
    prompt("opt = torch.optim.SGD([torch.ones(2, requires_grad=True)], lr=0.5)")
    assert prompt("plan = torch.optim.lr_scheduler.StepLR(opt, 1)") == ["│ plan  StepLR  optimizer=SGD  lr=0.5"]


def test_torch_compile_adds_nothing_of_its_own(prompt: Prompt) -> None:
    prompt("f = torch.compile(lambda x: x * 2, backend='eager'); y = f(torch.ones(2))")
    assert any(name.startswith("__builtins_dict__") for name in prompt.session.namespace)
    assert prompt("y + 1") == [line("y + 1", shape="(2,)")]
    assert prompt("z = y * 2") == [line("z", shape="(2,)")]


@pytest.mark.parametrize(
    ("made", "told"),
    [
        ("nn.CrossEntropyLoss()", "CrossEntropyLoss"),
        ("nn.Dropout(0.4)", "Dropout  p=0.4"),
        ("nn.MaxPool2d(2)", "MaxPool2d  kernel_size=2"),
        ("nn.MaxPool2d((2, 3))", "MaxPool2d  kernel_size=(2, 3)"),
        ("nn.Softmax(dim=1)", "Softmax  dim=1"),
        ("nn.Sequential(nn.ReLU(), nn.Flatten())", "Sequential"),
        ("torch.jit.script(nn.Linear(2, 1))", "RecursiveScriptModule"),
        ("torch.jit.trace(nn.Linear(2, 1), torch.ones(1, 2))", "TopLevelTracedModule"),
        ("nn.Linear(2, 1).eval()", "Linear  2 parameters  3 values  training=False"),
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_no_module_is_told_to_have_nothing(prompt: Prompt, made: str, told: str) -> None:
    prompt("import warnings; warnings.simplefilter('ignore')")
    assert prompt(f"c = {made}") == [f"│ c  {told}"]


NETS = """
class Net(nn.Module):
    def __init__(self, layers, parameters=(), both=False):
        super().__init__()
        self.layers, self._more = layers, parameters
        if both:
            self.registered = nn.ModuleList(layers)

"""


@pytest.mark.parametrize(
    ("made", "told"),
    [
        ("Net([nn.Linear(2, 2)] * 2)", "0 parameters  · 1 layer in a list is not registered"),
        ("Net([nn.Linear(2, 2), nn.ReLU()])", "0 parameters  · 2 layers in a list are not registered"),
        ("Net({'a': nn.Linear(2, 2)})", "0 parameters  · 1 layer in a dict is not registered"),
        ("Net((), [nn.Parameter(torch.ones(2))])", "0 parameters  · 1 parameter in a list is not registered"),
        ("Net([nn.Linear(2, 2)], both=True)", "2 parameters  6 values"),
        ("Net(nn.ModuleList([nn.Linear(2, 2)]))", "2 parameters  6 values"),
        ("Net([3, 'relu'])", ""),
    ],
)
def test_a_module_counts_what_parameters_gives(prompt: Prompt, made: str, told: str) -> None:
    prompt(NETS)
    assert prompt(f"net = {made}") == [f"│ net  Net  {told}".rstrip()]
    counted = int(told.split()[0]) if told else 0
    assert len(list(prompt["net"].parameters())) == counted


def test_what_is_not_registered_is_watched_all_the_same(prompt: Prompt) -> None:
    prompt(NETS)
    prompt("net = Net([nn.Linear(2, 1)])")
    assert prompt("net.layers[0](torch.ones(1, 2)).sum().backward()") == [
        "│ net  2 of 2 gradients new: layers[0].weight, layers[0].bias  · not registered"
    ]
