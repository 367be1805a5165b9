"""Attributes that are not there: what was meant, and that each fix runs."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, fails, runs_after, shown, why

HEAD = "x = torch.ones(3)\nnet = nn.Linear(2, 1)\nrows = [[1, 2], [3, 4]]\n"


def test_a_misspelt_function_on_the_screen():
    assert shown("torch.zeroes(3)") == "\n".join(
        [
            "AttributeError: module 'torch' has no attribute 'zeroes'",
            "    torch.zeroes(3)",
            "    ~~~~~^^^^^^^",
            "│ torch has no attribute zeroes. There is torch.zeros.",
            "│ try  torch.zeros(3)   → shape (3,)",
        ]
    )


@pytest.mark.parametrize(
    ("code", "other"),
    [("torch.zero(2, 3)", "torch.zeros"), ("torch.one(2)", "torch.ones"), ("torch.zero(x)", "torch.zero_")],
)
def test_the_name_that_is_said_is_the_one_that_is_offered(code: str, other: str) -> None:
    explanation = why(HEAD + code)
    assert f"There is {other}." in explanation.text
    assert all(fix.code.startswith(f"{other}(") for fix in explanation.fixes[:1])


@pytest.mark.parametrize(
    ("code", "fixes"),
    [
        ("nn.linear(3, 2)", ["nn.Linear(3, 2)"]),
        ("nn.relu(x)", ["torch.relu(x)", "F.relu(x)"]),  # not nn.ReLU, which takes no tensor
        ("F.ReLU(x)", ["F.relu(x)", "torch.relu(x)"]),
        ("nn.Conv2D(3, 4, 3)", ["nn.Conv2d(3, 4, 3)"]),
        ("torch.Linear(2, 3)", ["nn.Linear(2, 3)"]),
        ("torch.nn.functionl.relu(x)", ["torch.nn.functional.relu(x)"]),
        ("torch.array([1, 2])", ["torch.tensor([1, 2])", "torch.asarray([1, 2])"]),
        ("y = torch.zeros(3, dtype=torch.float23) + x", ["torch.float32"]),
        ("torch.int46", ["torch.int64"]),
        ("torch.uint61", ["torch.uint16"]),
        ("torch.optim.sgd([x], lr=0.1)", ["torch.optim.SGD([x], lr=0.1)"]),
        ("torch.manual_sed(0)", []),
        ("x.sahpe", ["x.shape"]),
        ("x.sahpe[0]", ["x.shape[0]"]),
        ("(x + 1).summ()", ["(x + 1).sum()"]),
        ("a = 1; x.reshpe(3, 1); b = 2", ["x.reshape(3, 1)"]),
        ("x.copy()", ["x.clone()"]),
        ("x.gelu()", ["F.gelu(x)"]),
        ("x.backwards()", []),
        ("net.wieght", ["net.weight"]),
        ("rows.shape", ["torch.tensor(rows).shape"]),
        ("rows.mean()", []),
        ("def f(t):\n    return t.sahpe\nf(x)", ["def f(t):\n    return t.shape"]),
        ("x.itme()", []),
        ("x[0].itme()", ["x[0].item()"]),
        ("x.maen()", ["x.mean()"]),
        ("x.shap", ["x.shape"]),
        ("out = (x, (x, x))\nout.shape", ["out[0].shape"]),
        ("nn.LSTM(3, 2)(torch.ones(4, 3)).shape", ["nn.LSTM(3, 2)(torch.ones(4, 3))[0].shape"]),
        ("out = ['a', x]\nout.shape", []),
        ("out = [[1, 2], [3]]\nout.shape", []),
        ("[t.sahpe for t in [x]]", ["[t.shape for t in [x]]"]),
    ],
)
def test_what_was_meant(code, fixes):
    check(HEAD + code, fixes=fixes)


CLASS = "class Net(nn.Module):\n    def {}(self):\n        super().__init__()\n        self.fc1 = nn.Linear(2, 1)\n"
USE = "    def forward(self, x):\n        return self.fc(x)\nNet()(torch.ones(2))"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("torch.optim.sgd([x], lr=0.1)", "torch.optim has no attribute sgd. There is torch.optim.SGD."),
        ("torch.cuda.is_availible()", "There is torch.cuda.is_available."),
        ("x.backwards()", "A tensor has no attribute backwards. It has backward."),
        ("x.gelu()", "A tensor has no method gelu. There is a function F.gelu."),
        ("net.shape", "net is a module (Linear), not a tensor, so it has no shape."),
        ("nn.Sequential(net).qwerty", "has no attribute qwerty. It contains 0."),
        ("v = x.sum().item()\nv.backward()", "v is a plain Python number (float), and only tensors have backward."),
        ("rows.shape", "rows is a list, and only tensors have shape. torch.tensor(rows) makes a tensor of it."),
        (
            "out = (x, (x, x))\nout.shape",
            "out is a tuple of 2 elements, the first of which is a tensor, and only tensors have shape.",
        ),
        ("out = [x]\nout.mean()", "out is a list of 1 element, a tensor, and only tensors have mean."),
        ("out = ['a', x]\nout.shape", "out is a list, and only tensors have shape."),
        (CLASS.format("_init_") + USE, "Net has a method _init_. What prepares a new object is named __init__"),
    ],
)
def test_what_is_said(code, said):
    assert said in why(HEAD + code).text


@pytest.mark.parametrize("made", ["['a', x]", "[[1, 2], [3]]", "(x, 2)"])
def test_no_tensor_is_promised_of_what_makes_none(made):
    assert "torch.tensor" not in why(HEAD + f"out = {made}\nout.shape").text


def test_a_layer_of_another_name_in_a_class():
    code = CLASS.format("__init__") + USE
    assert why(code).text == "Net has no attribute fc. It has fc1."
    assert runs_after(code) == 1


@pytest.mark.parametrize(
    "code",
    ["torch.qwerty(3)", "x.qwerty", "x.foo", "class A: pass\nA().foo", "import math\nmath.squareroot(2)", "rows.foo"],
)
def test_what_is_like_nothing_is_left_to_python(code):
    assert fails(HEAD + code).explanation is None


@pytest.mark.parametrize(
    ("line", "said", "fixes"),
    [
        ("t.astype(float)", "that is NumPy's", ["t.to(torch.float32)", "t.float()"]),
        ('u = t.astype("float64")', ".to(torch.float64) converts it", ["t.to(torch.float64)", "t.double()"]),
        ("t.astype(dtype=int)", ".to(torch.int64)", ["t.to(torch.int64)", "t.long()"]),
        ("t.astype('uint8').sum()", ".to(torch.uint8)", ["t.to(torch.uint8).sum()"]),
        ("t.astype", ".to(torch.float32), with the dtype that you want", []),
        ("t.dtype = torch.float64", "is read, not assigned", ["t = t.to(torch.float64)"]),
        ("t.dtype = 'int'", "is read, not assigned", ["t = t.to(torch.int64)"]),
        ("t.shape = (3, 1)", "is read, not assigned", ["t = t.reshape((3, 1))"]),
        ("t.shape = (2, 5)", "is read, not assigned", []),
    ],
)
def test_what_arrays_of_numpy_have(line, said, fixes):
    from tests.explain.failing import check

    check("t = torch.ones(3)\n" + line, said, fixes)


def test_no_other_layer_where_one_differs_in_an_underscore_alone():
    code = (
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.fc1, self.fc_2 = nn.Linear(3, 3), nn.Linear(3, 1)\n"
        "    def forward(self, x):\n        return self.fc2(self.fc1(x))\nNet()(torch.ones(1, 3))"
    )
    fixes = why(code).fixes
    assert ["self.fc_2(self.fc1(x))" in fix.code for fix in fixes] == [True]


def test_a_misspelt_method_that_works_in_place() -> None:
    check("x = torch.ones(2)\nx.require_grad_()", "It has requires_grad_.", ["x.requires_grad_()"])
    check("x = torch.ones(2)\nx.clmap_(max=0.5)", "It has clamp_.", ["x.clamp_(max=0.5)"])
    check("x = torch.ones(2)\nx.require_grad", "It has requires_grad.", ["x.requires_grad"])


def test_a_batch_of_names_is_a_tuple_of_strings():
    check('names = ("cat", "dog")\nnames.to("cpu")', "names is a tuple of strings, such as 'cat'", [])


def test_a_dtype_of_another_size_is_not_what_was_meant():
    explanation = why("x = torch.ones(3).to(torch.float8)")
    assert explanation.fixes
    assert all("torch.float8_" in fix.code for fix in explanation.fixes)


def test_a_layer_with_another_number_is_not_what_was_meant():
    code = """
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc1, self.fc2 = nn.Linear(3, 3), nn.Linear(3, 3)

        def forward(self, x):
            return self.fc3(self.fc2(self.fc1(x)))

    y = Net()(torch.rand(2, 3))
    """
    check(code, "It contains fc1, fc2.")


def test_a_layer_without_parameters_is_frozen_as_a_whole():
    code = "net = nn.Sequential(nn.Linear(3, 4), nn.ReLU())\n"
    loop = "for layer in net:\n    layer.weight.requires_grad = False"
    fixed = "for layer in net:\n    layer.requires_grad_(False)"
    check(code + loop, "layer is a ReLU, which has no parameters", [fixed])


@pytest.mark.parametrize("word", ["logits", "loss"])
def test_what_an_output_of_a_network_has_is_no_slip_for_a_method(word):
    found = fails(f"out = nn.Linear(3, 2)(torch.ones(4, 3))\nout.{word}").explanation
    assert found is None or "It has" not in found.text


def test_a_layer_that_is_handed_on_is_made() -> None:
    code = "def dense(width, activation):\n    return activation\ndense(3, activation=nn.relu)"
    assert why(code).fixes[0].code == "nn.ReLU()"
