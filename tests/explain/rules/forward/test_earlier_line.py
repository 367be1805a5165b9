"""A sum or product that fails for a line before it."""

from __future__ import annotations

from tests.explain.failing import check, why


def test_a_mask_that_the_lines_after_it_need_with_its_dim():
    code = "def mean(h, mask):\n{0}    h = h * mask\n    return h.sum(1) / mask.sum(1)"
    call = "\nmean(torch.rand(4, 7, 16), torch.ones(4, 7))"
    fix = code.format("    mask = mask.unsqueeze(-1)\n")
    check(code.format("") + call, "Write `mask = mask.unsqueeze(-1)` before this line", [fix])


def test_a_mask_that_is_used_once_is_widened_in_its_place():
    code = "def zeroed(h, mask):\n    return h * mask\nzeroed(torch.rand(4, 7, 16), torch.ones(4, 7))"
    check(code, "(4, 7)", ["def zeroed(h, mask):\n    return h * mask.unsqueeze(-1)"])


def test_a_table_made_for_another_size():
    code = """
def loss(a, b):
    z = torch.cat([a, b])
    sim = z @ z.T
    n = a.size(0)
    mask = torch.eye({0}, dtype=torch.bool)
    sim = sim.masked_fill(mask, -1e9)
    return sim.logsumexp(1).mean()
"""
    fix = code.format("sim.size(0)").strip()
    said = "`mask = torch.eye(n, dtype=torch.bool)` makes mask for 6. Of the size of sim it is made by"
    check(code.format("n") + "loss(torch.rand(6, 3), torch.rand(6, 3))", said, [fix])


def test_features_at_every_place_of_a_map():
    code = "h, t = torch.rand(4, 16, 8, 8), torch.rand(4, 16)\nh + t"
    check(code, "", ["h + t[:, :, None, None]"])


def test_a_factor_for_each_example_fits_batches_of_any_size():
    check("x, a = torch.rand(4, 3, 8, 8), torch.rand(4)\nx * a", "", ["x * a.reshape(-1, 1, 1, 1)"])


def test_weights_of_experts_are_not_multiplied_as_matrices():
    code = "w, outs = torch.rand(5, 4), torch.rand(5, 4, 8)\n(w * outs).sum(1)"
    check(code, "", ["w.unsqueeze(-1) * outs"])


def test_nothing_is_said_of_a_table_of_the_learners_own_size():
    code = "def f(x):\n    n = 3\n    m = torch.ones(n)\n    return x * m\nf(torch.rand(2, 5))"
    assert "makes m for" not in why(code).text


def test_a_weight_for_each_class():
    code = "def f(ce, labels, alpha):\n    return (alpha * ce).mean()\n"
    fix = "def f(ce, labels, alpha):\n    return (alpha[labels] * ce).mean()"
    check(code + "f(torch.rand(4), torch.tensor([0, 2, 1, 0]), torch.rand(3))", "for the class of each row", [fix])
    other = why(code + "f(torch.rand(4), torch.tensor([0, 7, 1, 0]), torch.rand(3))")
    assert "alpha[labels]" not in other.text


def test_predictions_are_no_weights_of_classes():
    code = "pred, y = torch.tensor([0, 1, 2, 1]), torch.tensor([0, 2, 1])\n(pred == y).sum()"
    told = why(code)
    assert "for the class of each row" not in told.text
    assert not told.fixes
