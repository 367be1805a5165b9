"""Settings that are missing, and numbers of another kind."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, why


@pytest.mark.parametrize(
    ("code", "said", "fixes"),
    [
        ("nn.Linear(64)", "out_features is missing. The 64 that was given is read as in_features.", ()),
        ("nn.Conv2d(3, 32)", "kernel_size is missing. kernel_size is the size of its window, such as 3.", ()),
        ("F.max_pool2d(torch.rand(1, 1, 4, 4))", "F.max_pool2d also takes kernel_size.", ()),
        ("n = 64\nnn.Linear(n, n / 2)", "which is 32.0", ["nn.Linear(n, n // 2)"]),
        ("nn.LSTM(10, 20 / 2)", "and // an integer", ["nn.LSTM(10, 20 // 2)"]),
        ("n = 65\nnn.Linear(n, n * 0.5)", "which is 32.5", ()),
        ('nn.Conv2d(3, 8, "3")', 'kernel_size is the string "3"', ["nn.Conv2d(3, 8, 3)"]),
        ("x = torch.rand(5, 4)\nnn.Linear(x.shape, 3)", "2 sizes, (5, 4)", ["nn.Linear(x.shape[-1], 3)"]),
        ("nn.LSTM(10, 20, 2, batch_first=1)", "batch_first is True or False, and here it is 1.", ()),
        (
            "nn.CrossEntropyLoss(weight=[1, 3])",
            "weight is of type list",
            ["nn.CrossEntropyLoss(weight=torch.tensor([1, 3], dtype=torch.float32))"],
        ),
    ],
)
def test_what_a_layer_is_made_from(code: str, said: str, fixes: list[str]) -> None:
    check(code, said, fixes)


def test_in_a_class_the_class_is_written_anew() -> None:
    code = """
    class Net(nn.Module):
        def __init__(self, width):
            super().__init__()
            self.fc = nn.Linear(width, width / 4)

    net = Net(8)
    """
    [fix] = why(code).fixes
    assert "nn.Linear(width, width // 4)" in fix.code


def test_a_class_of_the_learners() -> None:
    code = """
    class Net(nn.Module):
        def __init__(self, n_in, n_out):
            super().__init__()

    net = Net(4)
    """
    check(code, "Net takes n_in and n_out. n_out is missing.")


def test_a_size_for_a_layer_that_has_none() -> None:
    said = (
        "The first argument of nn.ReLU is inplace: width is read as that, and inplace is given once more by its name."
    )
    check("width = 8\nnn.ReLU(width, inplace=True)", said, ["nn.ReLU(inplace=True)"])
    check("nn.GELU('none', approximate='tanh')", "It has no other one, and no size", ["nn.GELU(approximate='tanh')"])
