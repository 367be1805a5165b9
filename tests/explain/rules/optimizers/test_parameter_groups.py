"""Groups of parameters for an optimizer."""

from __future__ import annotations

import pytest

from tests.explain.failing import check

NET = "net = nn.Sequential(nn.Linear(4, 3), nn.Linear(3, 2))"
SGD = "torch.optim.SGD"


@pytest.mark.parametrize(
    ("line", "said", "fixes"),
    [
        (
            f"opt = {SGD}(net[0].parameters() + net[1].parameters(), lr=0.1)",
            "such generators cannot be added",
            [f"opt = {SGD}(list(net[0].parameters()) + list(net[1].parameters()), lr=0.1)"],
        ),
        (
            f'{SGD}([{{"params": net.parameters()}}, {{"params": net[1].parameters(), "lr": 1}}], lr=0.1)',
            "net.parameters() has those of net[1] too",
            [f'{SGD}([{{"params": net[0].parameters()}}, {{"params": net[1].parameters(), "lr": 1}}], lr=0.1)'],
        ),
        (
            f'{SGD}([{{"param": net.parameters()}}], lr=0.1)',
            'under the key "params"',
            [f'{SGD}([{{"params": net.parameters()}}], lr=0.1)'],
        ),
        (f"{SGD}(net.state_dict(), lr=0.1)", "not what state_dict gives", [f"{SGD}(net.parameters(), lr=0.1)"]),
    ],
)
def test_groups(line: str, said: str, fixes: list[str]) -> None:
    check(f"{NET}\n{line}", said, fixes)


GROUPED = """
net = nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3), nn.Linear(3, 2))
every, last = list(net.parameters()), list(net[2].parameters())
decay = [p for name, p in net.named_parameters() if name.endswith("weight")]
"""


@pytest.mark.parametrize(
    ("line", "said", "fixes"),
    [
        (
            f'opt = {SGD}([{{"params": every}}, {{"params": last, "lr": 1}}], lr=0.1)',
            "net[2].weight and net[2].bias are in two groups, every and last, and may be in one only.",
            [
                f'opt = {SGD}([{{"params": [p for p in every if all(p is not each for each in last)]}}, '
                '{"params": last, "lr": 1}], lr=0.1)'
            ],
        ),
        (
            f'opt = {SGD}([{{"params": last}}, {{"params": every, "lr": 1}}], lr=0.1)',
            "net[2].weight and net[2].bias are in two groups, last and every, and may be in one only.",
            [
                f'opt = {SGD}([{{"params": last}}, '
                '{"params": [p for p in every if all(p is not each for each in last)], "lr": 1}], lr=0.1)'
            ],
        ),
        (
            f"opt = {SGD}([dict(params=decay), dict(params=last)], lr=0.1)",
            "net[2].weight is in two groups, decay and last, and may be in one only.",
            [],
        ),
        (
            f'opt = {SGD}(every, lr=0.1); opt.add_param_group({{"params": last}})',
            "net[2].weight and net[2].bias are in group 0 already, and a parameter may be in one group only.",
            [],
        ),
    ],
)
def test_which_parameter_is_in_which_two_groups(line: str, said: str, fixes: list[str]) -> None:
    check(GROUPED + line, said, fixes)


def test_a_loop_over_modules_takes_those_of_the_layers_again() -> None:
    code = """
net = nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3))
def separate(module):
    norms, others = [], []
    for m in module.modules():
        (norms if isinstance(m, nn.BatchNorm1d) else others).extend(m.parameters())
    return norms, list(dict.fromkeys(others))

norms, others = separate(net)
opt = torch.optim.SGD([{"params": others}, {"params": norms, "weight_decay": 0.}], lr=0.1)
"""
    said = "m.parameters() are those of all layers inside: m.parameters(recurse=False) are its own alone."
    kept = "[p for p in others if all(p is not each for each in norms)]"
    fix = f'opt = torch.optim.SGD([{{"params": {kept}}}, {{"params": norms, "weight_decay": 0.}}], lr=0.1)'
    check(code, said, [fix])


def test_a_parameter_that_two_layers_share() -> None:
    code = """
emb, head = nn.Embedding(10, 4), nn.Linear(4, 10, bias=False)
head.weight = emb.weight
torch.optim.Adam([{"params": emb.parameters()}, {"params": head.parameters()}])
"""
    check(code, "emb.weight and head.weight are one and the same parameter.")


def test_a_list_in_a_list_is_named() -> None:
    code = "net = nn.Linear(2, 1)\nkept = [*net.parameters()]\nopt = torch.optim.Adam([kept], lr=0.1)"
    check(code, "kept is a list already", ["torch.optim.Adam(kept, lr=0.1)"])


def test_a_list_in_a_list_is_named_in_a_function_of_the_learners() -> None:
    code = "def walk(make):\n    return make([torch.zeros(2, requires_grad=True)])\n\n"
    check(
        f"{code}walk(lambda p: torch.optim.Adam([p], lr=0.5))",
        "p is a list already",
        ["walk(lambda p: torch.optim.Adam(p, lr=0.5))"],
    )
