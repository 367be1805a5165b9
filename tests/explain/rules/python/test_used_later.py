"""Fixes that depend on what the result is used for, and causes that stand elsewhere."""

from __future__ import annotations

from tests.explain.failing import check, why


def test_astype_for_a_reader_of_arrays() -> None:
    code = """
    import numpy as np
    def edges(score):
        hit = (score > 0.5).astype(np.float32)
        rows, cols = np.where(hit)
        return rows

    edges(torch.rand(4, 4))
    """
    said = why(code)
    assert "What comes after it, np.where, takes an array" in said.text
    assert "hit = (score > 0.5).numpy().astype(np.float32)" in said.fixes[0].code
    check("x = torch.rand(3)\nx.astype('float64')", ".to(torch.float64)", ["x.to(torch.float64)", "x.double()"])


def test_no_round_of_a_loop() -> None:
    code = """
    from torch.utils.data import DataLoader, TensorDataset
    rows = TensorDataset(torch.rand(5, 2))
    def mean(rows):
        loader = DataLoader(rows, batch_size=8, drop_last=True)
        for step, (x,) in enumerate(loader):
            total = x.sum()
        return total / step

    mean(rows)
    """
    said = why(code)
    assert "with batch_size=8 the 5 samples of loader make no full batch" in said.text
    assert "drop_last=False" in said.fixes[0].code
    empty = "def last(rows):\n    for row in rows:\n        found = row\n    return found\n\nlast([])"
    check(empty, "and rows is empty: no round ran")


def test_a_sum_that_stayed_the_number_it_began_with() -> None:
    code = """
    def penalty(out, pairs):
        total = 0.0
        for a, b in pairs:
            total += (out[a] - out[b]).pow(2)
        return total

    net = nn.Linear(2, 4)
    none = []
    out = net(torch.rand(2))
    loss = penalty(out, none)
    loss.backward()
    """
    check(code, "none is empty, so the loop `for a, b in pairs:` ran no round")
    assert "total = out.sum() * 0" in why(code).text


def test_another_result_taken_for_the_loss() -> None:
    code = """
    def both(net, x):
        err = net(x).pow(2).mean()
        return err.item(), err

    net = nn.Linear(2, 1)
    loss, shown = both(net, torch.rand(3, 2))
    loss.backward()
    """
    check(code, "item 1, here shown: put loss in that place. That is `shown, loss = …`.")


def test_a_network_is_not_indexed() -> None:
    code = """
    class Line(nn.Module):
        def __init__(self):
            super().__init__()
            self.slope = nn.Linear(1, 1)

    line = Line()
    line[0].weight
    """
    check(code, "The layers of line have names: line.slope.", ["line.slope.weight"])
    two = code.replace("nn.Linear(1, 1)", "nn.Linear(1, 1)\n            self.act = nn.ReLU()")
    check(two, "line.slope, line.act")
    inside = code.replace("nn.Linear(1, 1)", "nn.Sequential(nn.Linear(1, 1), nn.ReLU())")
    check(inside, "line.slope takes one.", ["line.slope[0].weight"])


def test_a_mask_is_no_parameter() -> None:
    code = """
    class Keep(nn.Module):
        def __init__(self, n):
            super().__init__()
            self.keep = nn.Parameter(torch.arange(n) % 2 == 0)

        def forward(self, x):
            return x[:, self.keep]

    keep = Keep(4)
    """
    said = why(code)
    assert "is bool." in said.text
    assert "integer" not in said.text
    assert 'self.register_buffer("keep", torch.arange(n) % 2 == 0)' in said.fixes[0].code
    indices = code.replace(" % 2 == 0", "").replace("self.keep]", "self.keep.long()]")
    check(indices, "belongs in a buffer")
