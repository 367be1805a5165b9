"""Dtypes that do not go together: in products, in layers, in assignments to a tensor."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, fails, runs_after, session, shown, why, why_said

HEAD = """
import numpy as np
x = torch.ones(2, 3); w = torch.ones(3, 2); v = torch.ones(3); table = np.ones((2, 3))
d = x.double(); i = x.long(); mask = x > 0; net = nn.Linear(3, 2)
deep = nn.Sequential(nn.Flatten(), nn.Linear(3, 2)); conv = nn.Conv2d(3, 4, 3); img = torch.ones(1, 3, 8, 8)
"""
"""Two tables that fit, in three dtypes, and layers."""


def test_the_screen_of_a_product():
    assert shown(HEAD + "y = x.T @ d + 1").split("\n") == [
        "RuntimeError: expected m1 and m2 to have the same dtype, but got: float != double",
        "    y = x.T @ d + 1",
        "        ~~~~^~~",
        "│ x.T is float32 and d is float64: @ needs the same dtype on both sides.",
        "│ try  x.T @ d.float()   → shape (3, 3)",
        "│ try  x.T.double() @ d   → shape (3, 3)",
    ]


def test_the_screen_of_a_layer():
    assert shown(HEAD + "deep(torch.from_numpy(table))").split("\n") == [
        "RuntimeError: mat1 and mat2 must have the same dtype, but got Double and Float",
        "    deep(torch.from_numpy(table))",
        "    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^",
        "│ torch.from_numpy(table) is float64, and the weights of deep[1] (Linear) are",
        "│ float32: a layer needs its input in the dtype of its weights. NumPy's default",
        "│ for floating point numbers is float64; PyTorch's is float32.",
        "│ try  deep(torch.from_numpy(table).float())   → shape (2, 2)",
    ]


@pytest.mark.parametrize(
    ("line", "fixes"),
    [
        ("i @ w", ["i.float() @ w"]),  # w.long() would lose the fractions
        ("mask @ w", ["mask.float() @ w"]),
        ("torch.mm(i, w)", ["torch.mm(i.float(), w)"]),
        ("torch.bmm(i[None], w[None])", ["torch.bmm(i[None].float(), w[None])"]),
        ("i.mv(v)", ["i.float().mv(v)"]),
        ("v.dot(v.double())", ["v.dot(v)", "v.double().dot(v.double())"]),
        ("torch.einsum('ij,kj->ik', x, d)", ["torch.einsum('ij,kj->ik', x, d.float())"]),
        ("F.linear(d, w.T)", ["F.linear(d.float(), w.T)", "F.linear(d, w.T.double())"]),
        ("F.conv2d(img.half(), conv.weight)", ["F.conv2d(img, conv.weight)"]),
        ("x @ w.to(torch.complex64)", ["x.to(torch.complex64) @ w.to(torch.complex64)"]),
        ("torch.lerp(x, d, 0.5)", ["torch.lerp(x, d.float(), 0.5)", "torch.lerp(x.double(), d, 0.5)"]),
        ("a = (i * 2) @ w; b = 1", ["(i * 2).float() @ w"]),
        ("i @= torch.ones(3, 3)", ["i = i.float() @ torch.ones(3, 3)"]),
        ("x[mask] = d[mask]", ["x[mask] = d[mask].float()"]),
        ("x.scatter_(0, i[:1] * 0, d)", ["x.scatter_(0, i[:1] * 0, d.float())"]),
        ("[row @ w for row in [i, i]]", ["[row.float() @ w for row in [i, i]]"]),
        ("def f(a):\n    return a @ w\n\nf(i)", ["def f(a):\n    return a.float() @ w"]),
        ("net(d)", ["net(d.float())"]),
        ("net(i)", ["net(i.float())"]),
        ("net.double();\nnet(x)", ["net(x.double())"]),
        ("conv(img.double())", ["conv(img)"]),
        ("conv((img * 255).to(torch.uint8))", ["conv((img * 255).to(torch.uint8).float() / 255)"]),
        ("nn.LSTM(3, 2)(d)", ["nn.LSTM(3, 2)(d.float())"]),
        ("nn.LayerNorm(3)(i)", ["nn.LayerNorm(3)(i.float())"]),
        ("nn.BatchNorm1d(3)(i)", ["nn.BatchNorm1d(3)(i.float())"]),
    ],
)
def test_fixes_are_those_that_run(line, fixes):
    found = [fix.code for fix in why(HEAD + line).fixes]
    assert found[: len(fixes)] == fixes
    assert runs_after(HEAD + line) == len(found)


MKLDNN = " or input should be a MKLDNN tensor and weight is a dense tensor"
PICTURE = "img = torch.ones(1, 3, 8, 8); w = torch.ones(4, 3, 3, 3)"


@pytest.mark.parametrize(
    "message",
    [
        "expected scalar type Half but found Float",
        "Input type (torch.HalfTensor) and weight type (torch.FloatTensor) should be the same" + MKLDNN,
        "Input type (CPUBFloat16Type) and weight type (torch.FloatTensor) should be the same" + MKLDNN,
        "Input type (torch.HalfTensor) and bias type (torch.FloatTensor) should be the same" + MKLDNN,
        "Input type (torch.HalfTensor) and weight type (torch.FloatTensor) should be the same",
        "Input type (torch.cuda.HalfTensor) and weight type (torch.cuda.FloatTensor) should be the same",
        "Input type (CUDABFloat16Type) and weight type (torch.cuda.FloatTensor) should be the same",
        "Input type (torch.cuda.HalfTensor) and bias type (torch.cuda.FloatTensor) should be the same",
        "Input type (c10::Half) and bias type (float) should be the same",
        "Input type (MPSHalfType) and weight type (MPSFloatType) should be the same",
    ],
)
def test_a_convolution_in_whatever_words_the_machine_has_for_it(message):
    _explained_as_dtypes(PICTURE, "F.conv2d({}, w, padding=1)", "half", message)
    _explained_as_dtypes("img = torch.ones(1, 3, 8); w = nn.Conv1d(3, 4, 3)", "w({})", "bfloat16", message)


@pytest.mark.parametrize("dtype", ["half", "bfloat16"])
@pytest.mark.parametrize(
    ("made", "call"),
    [
        ("img = torch.ones(1, 3, 8); w = torch.ones(4, 3, 3)", "F.conv1d({}, w)"),
        (PICTURE, "F.conv2d({}, w)"),
        (PICTURE, "F.conv2d({}, w, torch.ones(4))"),
        ("img = torch.ones(1, 3, 8, 8, 8); w = torch.ones(4, 3, 3, 3, 3)", "F.conv3d({}, w)"),
        ("img = torch.ones(1, 3, 8, 8); w = torch.ones(3, 4, 3, 3)", "F.conv_transpose2d({}, w)"),
        ("img = torch.ones(1, 3, 8, 8); w = nn.Conv2d(3, 4, 3)", "w({})"),
        ("img = torch.ones(1, 3, 8); w = nn.ConvTranspose1d(3, 4, 3)", "w({})"),
    ],
)
def test_each_convolution_on_a_machine_without_a_kernel_for_it(made, call, dtype):
    types = "Input type (torch.HalfTensor) and weight type (torch.FloatTensor)"
    _explained_as_dtypes(made, call, dtype, f"{types} should be the same{MKLDNN}")


def _explained_as_dtypes(made, call, dtype, message):
    explanation = why_said(f"{made}\n{call.format(f'img.{dtype}()')}", message)
    kind = "float16" if dtype == "half" else dtype
    assert explanation.text.startswith(f"img.{dtype}() is {kind}")
    assert "float32" in explanation.text
    assert explanation.fixes[0].code == call.format("img")
    assert "one device" not in explanation.text


@pytest.mark.parametrize(
    "line",
    [
        "F.conv2d(img.half(), conv.weight)",
        "F.conv2d(img.half(), conv.weight, conv.bias)",
        "F.conv2d(img.bfloat16(), conv.weight, conv.bias)",
        "conv(img.bfloat16())",
        "F.conv_transpose2d(img.half(), conv.weight.transpose(0, 1), conv.bias)",
    ],
)
def test_a_convolution_in_the_words_of_this_machine(line):
    assert runs_after(HEAD + line) >= 1


def test_the_input_of_the_learners_own_network_is_converted():
    code = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(3, 2)

    def forward(self, x):
        return self.fc(x)

model = Net()
model(d)
"""
    explanation = why(HEAD + code)
    assert "weights of self.fc (Linear) are float32" in explanation.text
    assert [(fix.code, fix.gives) for fix in explanation.fixes] == [("d = d.float()", "dtype float32")]
    live = session()
    fails(HEAD + code, live)
    assert all(outcome.error is None for outcome in live.run("d = d.float()\nmodel(d)\n"))


def test_what_another_layer_made_is_called_so():
    code = HEAD + "odd = nn.Sequential(nn.Embedding(5, 3), nn.Linear(3, 2).double())\nodd(i)"
    explanation = why(code)
    assert explanation.text.startswith("What reaches odd[1] (Linear) is float32, and its weights are float64")
    assert explanation.fixes == ()


def test_silent_where_the_operands_are_not_known():
    assert fails(HEAD + "next(iter([i])) @ w").explanation is None


@pytest.mark.parametrize(
    ("code", "is_said"),
    [
        ("y = torch.tensor([1, 2, 3])\nv @ y", True),
        ("v @ torch.arange(3)", True),
        ("net(torch.tensor([[1, -2, 3]]))", True),
        ("y = torch.tensor([1, 2, 3], dtype=torch.int64)\nv @ y", False),
        ("y = torch.zeros(3).long()\nv @ y", False),
        ("y = torch.zeros(3, dtype=torch.long)\nv @ y", False),
        ("net(torch.ones((2, 3), dtype=torch.int64))", False),
        ("numbers = [1.0, 2.0, 3.0]\nv @ torch.tensor(numbers).long()", False),
    ],
)
def test_where_integers_come_from_is_said_where_it_is_known(code, is_said):
    text = why(HEAD + code).text
    assert "int64" in text
    assert ("written without a decimal point" in text) == is_said


def test_doubles_that_were_asked_for_are_not_laid_on_numpy():
    assert "NumPy" not in why(HEAD + "y = torch.ones(3, dtype=torch.float64)\nv @ y").text
    assert "NumPy" in why(HEAD + "y = torch.from_numpy(np.ones(3))\nv @ y").text


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("mask @ mask.T", "@"),
        ("mask[0] @ mask[0]", "@"),
        ("mask @ mask[0]", "@"),
        ("torch.mm(mask, mask.T)", "torch.mm"),
        ("mask[None].bmm(mask.T[None])", ".bmm"),
    ],
)
def test_products_of_bools_are_not_said_to_need_floating_point(line, said):
    assert why(HEAD + line).text.endswith(f"{said} needs numbers.")
    assert runs_after(HEAD + line) == 1


def test_each_method_of_the_same_tensor_is_converted():
    check(
        "n = torch.tensor([3, 5, 9])\nz = (n - n.mean()) / n.std()",
        "n is int64",
        ["z = (n - n.float().mean()) / n.float().std()"],
    )


def test_bytes_of_an_image_are_not_divided_to_zero():
    code = "imgs = torch.randint(0, 256, (2, 3, 4, 4), dtype=torch.uint8)\nimgs /= 255"
    check(code, "imgs is uint8", ["imgs = imgs / 255"])


def test_a_complex_input_keeps_its_imaginary_part() -> None:
    code = "net = nn.Linear(4, 2)\nx = torch.fft.fft(torch.rand(3, 4))\nnet(x)"
    check(code, "A layer made with dtype=torch.cfloat computes with such numbers; torch.view_as_real(x) gives", [])


@pytest.mark.parametrize(
    "line",
    [
        "x[m] = torch.rand(2)",
        "x.masked_scatter_(m, torch.rand(2))",
        "x.scatter_(0, torch.tensor([0, 1]), torch.rand(2))",
    ],
)
def test_fractions_are_not_cut_off_to_fit_into_integers(line):
    code = f"x, m = torch.zeros(3, dtype=torch.long), torch.tensor([True, False, True])\n{line}"
    check(code, "x keeps its dtype when it is written into", [f"x = x.float()\n{line}"])


def test_what_is_written_into_floating_point_numbers_is_converted():
    code = "x = torch.zeros(3)\nx[torch.tensor([0, 1])] = torch.tensor([1, 2])"
    check(code, "", ["x[torch.tensor([0, 1])] = torch.tensor([1, 2]).float()"])
