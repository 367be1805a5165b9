"""A key that an nn.ModuleDict does not have, and a list that a loop over it reads beyond its end."""

from __future__ import annotations

from tests.explain.failing import check


def test_the_keys_are_said() -> None:
    code = 'heads = nn.ModuleDict({"age": nn.Linear(2, 1), "sex": nn.Linear(2, 2)})\n'
    check(f'{code}heads["gender"]', 'an nn.ModuleDict without the key "gender". It has the keys "age", "sex".')
    check(f'{code}heads["agee"]', 'without the key "agee"', ['heads["age"]'])


def test_the_sizes_of_the_layers() -> None:
    code = "def made(sizes):\n    layers = []\n    for i in range(len(sizes)):\n"
    code += "        layers.append(nn.Linear(sizes[i], sizes[i + 1]))\n    return nn.Sequential(*layers)"
    fix = code.replace("range(len(sizes))", "range(len(sizes) - 1)")
    check(f"{code}\nmade([4, 8, 2])", "sizes has 3 elements, numbered 0 to 2.", [fix])


def test_a_name_with_a_dot() -> None:
    said = '"norm_1" is a name for one layer.'
    check('net = nn.Sequential()\nnet.add_module("norm.1", nn.ReLU())', said, [])
