"""Iterators that gave their items before, whatever it was that went through them."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, why

NET = "net = nn.Linear(3, 2)\n"


@pytest.mark.parametrize(
    ("made", "used", "line", "as_list"),
    [
        ("p = filter(lambda w: w.requires_grad, net.parameters())", "n = sum(w.numel() for w in p)",
         "opt = torch.optim.Adam(p)", "p = list(filter(lambda w: w.requires_grad, net.parameters()))"),
        ("p = net.parameters()", "for w in p:\n    w.zero_()\n", "opt = torch.optim.SGD(p, lr=0.1)",
         "p = list(net.parameters())"),
        ("p = (torch.rand(2) for _ in range(3))", "shapes = [*p]", "t = torch.stack([each for each in p])",
         "p = [torch.rand(2) for _ in range(3)]"),
        ("p = map(float, [1, 2])", "print(*p)", "t = max(p)", "p = list(map(float, [1, 2]))"),
        ("p = zip([1.0, 2.0], [3.0, 4.0])", "d = dict(p)", "a, b = p",
         "p = list(zip([1.0, 2.0], [3.0, 4.0]))"),
    ],
)  # fmt: skip
def test_the_statement_that_took_the_items_is_named(made: str, used: str, line: str, as_list: str) -> None:
    code = f"{NET}with torch.no_grad():\n    pass\n\n{made}\n{used.replace('w.zero_()', 'w.numel()')}\n{line}"
    check(code, "it gives its items once, and `", [f"{as_list}\n{line}"])


def test_an_iterator_that_was_only_printed_is_not_said_to_be_used_up() -> None:
    code = f"{NET}p = filter(lambda w: w.ndim > 5, net.parameters())\nprint(p)\nopt = torch.optim.Adam(p)"
    assert "gives its items once" not in why(code).text


def test_the_first_epoch_took_the_batches() -> None:
    code = f"""{NET}batches = (torch.rand(4, 3) for _ in range(3))
for epoch in range(2):
    losses = []
    for x in batches:
        losses.append(net(x).mean().detach())
    print(torch.stack(losses).mean())
"""
    check(code, "batches is an iterator (generator): it gives its items once, and the first round", [])
    check(code.replace("append(net(x).mean().detach())", "clear()"), "losses is empty", [])


def test_a_loop_above_in_the_same_statement_has_taken_the_items() -> None:
    code = (
        "xs = map(torch.ones, [2, 2])\nfor epoch in range(2):\n    for x in xs:\n        x\n    torch.stack(list(xs))"
    )
    assert "`for x in xs: …` has taken them" in why(code).text
