"""A tensor in what is to become JSON."""

from __future__ import annotations

from tests.explain.failing import check, fails


def test_the_place_of_the_tensor_is_told() -> None:
    code = "import json\nhistory = [{'loss': 0.5, 'accuracy': 0.25}, {'loss': 0.25, 'accuracy': torch.tensor(0.5)}]\n"
    said = (
        "history[1]['accuracy'] is a tensor of shape (), and JSON has no tensors. history[1]['accuracy'].item() is its "
        "number: keep that instead."
    )
    check(code + "json.dumps(history)", said)
    check(
        "import json\nloss = torch.tensor(0.5)\njson.dumps({'epoch': 1, 'loss': loss})",
        "loss is a tensor of shape (), and JSON has no tensors. loss.item() is its number: keep that instead.",
    )
    check("import json\njson.dumps([1, torch.ones(3).mean()])", "torch.ones(3).mean().item() is its number")
    check(
        "from json import dumps\nscores = {'each': torch.ones(3)}\ndumps(scores)", "scores['each'].tolist() is the list"
    )


def test_a_long_list_is_not_looked_through_to_its_end() -> None:
    code = "import json\nlosses = [0.5] * LENGTH + [torch.tensor(0.5)]\njson.dumps(losses)"
    check(code.replace("LENGTH", "100"), "losses[100] is a tensor of shape ()")
    assert fails(code.replace("LENGTH", "20000")).explanation is None


def test_what_cannot_be_seen_is_left_alone() -> None:
    assert fails("import json\njson.dumps([x for x in torch.ones(2)])").explanation is None
