"""The last, smaller batch of a loader, which does not fit a shape that full batches fit."""

from __future__ import annotations

from tests.explain.failing import check, why

HEAD = """
    from torch.utils.data import DataLoader, TensorDataset
    data = TensorDataset(torch.zeros(50, 6))
    loader = DataLoader(data, batch_size=16)
"""
SAID = "This is the last batch of loader: 50 samples in batches of 16 leave 2."


def test_a_group_of_rows() -> None:
    loop = "for (x,) in loader:\n    pairs = x.view(-1, 4, 6)"
    fix = f"loader = DataLoader(data, batch_size=16, drop_last=True)\n{loop}"
    check(HEAD + "    for (x,) in loader:\n        pairs = x.view(-1, 4, 6)", SAID, [fix])


def test_a_loop_in_a_function() -> None:
    code = (
        HEAD
        + """
    net = nn.Linear(6, 3)
    def evaluate(net, batches):
        total = 0.0
        for i, (x,) in enumerate(batches):
            total += net(x).reshape(-1, 8, 3).mean()
        return total
    score = evaluate(net, loader)
    """
    )
    fix = "loader = DataLoader(data, batch_size=16, drop_last=True)\nscore = evaluate(net, loader)"
    check(code, "This is the last batch of batches", [fix])


def test_a_shape_that_no_batch_fits() -> None:
    assert "last batch" not in why(HEAD + "    for (x,) in loader:\n        pairs = x.view(-1, 5, 7)").text


def test_a_sampler_that_leaves_samples_out() -> None:
    code = HEAD.replace("batch_size=16)", "batch_size=16, sampler=torch.utils.data.SubsetRandomSampler(range(18)))")
    assert "last batch" not in why(code + "    for (x,) in loader:\n        pairs = x.view(-1, 4, 6)").text


def test_a_tensor_that_was_made_for_full_batches() -> None:
    code = HEAD + "    noise = torch.zeros(16, 6)\n    for (x,) in loader:\n        y = x + noise"
    again = "for (x,) in loader:\n    y = x + noise"
    check(code, SAID, [f"loader = DataLoader(data, batch_size=16, drop_last=True)\n{again}"])


def test_a_tensor_of_another_number_of_rows() -> None:
    code = HEAD + "    noise = torch.zeros(7, 6)\n    for (x,) in loader:\n        y = x + noise"
    assert "last batch" not in why(code).text


def test_a_loop_that_fills_a_list_is_not_offered_again_with_the_list_half_full() -> None:
    code = HEAD + "    found = []\n    for (x,) in loader:\n        found.append(x.view(-1, 4, 6))"
    explanation = why(code)
    assert "last batch" in explanation.text
    assert [fix.code for fix in explanation.fixes] == ["loader = DataLoader(data, batch_size=16, drop_last=True)"]
    assert [fix.gives for fix in explanation.fixes] == ["then begin found anew, and run the loop again"]
