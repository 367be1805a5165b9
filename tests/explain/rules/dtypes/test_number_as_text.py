"""Strings in arithmetic with tensors."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, fails


@pytest.mark.parametrize(
    ("code", "said", "fix"),
    [
        ('t = "0.8"\nx / t', "float(t) makes a number of it.", "t = float(t)\nx / t"),
        ('t = "2"\ny = x - t', "t is the string '2'", "t = int(t)\ny = x - t"),
        ('scale = "2.5"\ny = x * scale', "float(scale)", "scale = float(scale)\ny = x * scale"),
        ('cfg = {"lr": "1e-2"}\nx -= cfg["lr"] * x', 'float(cfg["lr"])', 'x -= float(cfg["lr"]) * x'),
    ],
)
def test_a_number_that_is_text(code: str, said: str, fix: str) -> None:
    check(f"x = torch.ones(3)\n{code}", said, [fix])


def test_an_option_of_argparse() -> None:
    code = """
    import argparse
    parser = argparse.ArgumentParser()
    parser.add_argument("--weight-decay", default="0.02")
    parser.add_argument("--lr", type=float, default=0.1)
    args = parser.parse_args([])
    decay = args.weight_decay
    loss = torch.ones(())
    loss + decay
    """
    found = check(code, 'parser.add_argument("--weight-decay", type=float, …)', ["decay = float(decay)\nloss + decay"])
    assert "Or write float(decay)." in found.text


def test_in_a_function() -> None:
    code = 'def mix(a, alpha):\n    return alpha * a\nmix(torch.ones(2), "0.5")'
    check(code, "alpha is the string '0.5'", [])


def test_text_that_is_no_number() -> None:
    check('x = torch.ones(2)\nname = "left"\nx - name', "name is the string 'left', and arithmetic", [])


def test_strings_among_themselves_are_left_to_python() -> None:
    assert fails('"a" - "b"').explanation is None


def test_a_size_that_is_text() -> None:
    code = 'size = "2"\nx = torch.ones(4)\nx.view(size, size)'
    check(code, "size is the string '2', not a number. int(size) makes one of it.", ["x.view(int(size), int(size))"])


@pytest.mark.parametrize(
    ("made", "given", "fixes"),
    [
        ('labels = ["cat", "dog", "cat"]', "labels",
         ["classes = sorted(set(labels))\ny = torch.tensor([classes.index(each) for each in labels])"]),
        ('import numpy as np\nlabels = np.array(["a", "b", "a"])', "labels.tolist()",
         ["classes = sorted(set(labels))\ny = torch.tensor([classes.index(each) for each in labels])"]),
        ('labels = ["a film", "so bad", "so good"]', "labels", []),
    ],
)  # fmt: skip
def test_names_of_classes_get_numbers(made, given, fixes):
    check(f"{made}\ny = torch.tensor({given})", "is a string, and a tensor holds only numbers.", fixes)
