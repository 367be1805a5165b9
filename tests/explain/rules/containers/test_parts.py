"""Pairs of values and indices, dicts, keys, and lists of tensors that something else is to take."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, fails


def test_a_pair_has_values_and_indices() -> None:
    code = "x = torch.rand(4, 3)\npred = torch.max(x, 1)\n"
    check(code + "pred.shape", "pred is a pair", ["pred.values.shape", "pred.indices.shape"])
    check(code + "pred.cpu()", "torch.max over a dim returns both", ["pred.values.cpu()", "pred.indices.cpu()"])
    check(code + "pred.item()", "pred is a pair")
    check(
        "torch.sort(torch.rand(3)).numpy()",
        "torch.sort over a dim returns both",
        [
            "torch.sort(torch.rand(3)).values.numpy()",
            "torch.sort(torch.rand(3)).indices.numpy()",
        ],
    )


def test_a_pair_is_compared() -> None:
    code = "x, labels = torch.rand(4, 3), torch.tensor([0, 1, 2, 0])\npred = torch.max(x, 1)\n"
    check(
        code + "acc = (pred == labels).float().mean()",
        "pred is a pair, values and indices",
        ["(pred.indices == labels).float().mean()"],
    )
    check(code + "(labels != pred).sum()", "gives one plain False", ["(labels != pred.indices).sum()"])


def test_attributes_of_a_dict() -> None:
    code = 'out = {"logits": torch.rand(4, 3), "loss": torch.tensor(1.0)}\n'
    check(code + "out.logits", "taken out by its key", ['out["logits"]'])
    check(code + "out.argmax(1)", 'a dict with the keys "logits", "loss"', ['out["logits"].argmax(1)'])
    check(code + "out.backward()", "only tensors have backward")


def test_keys() -> None:
    code = 'point = {"epoch": 1, "state_dict": {}}\n'
    check(
        code + 'point["state"]',
        'point has no key "state". It has the keys "epoch", "state_dict".',
        ['point["state_dict"]'],
    )
    check(code + 'point["model"]', 'point has no key "model"')
    check(code + "point[0]", "point has no key 0")
    assert fails("class D(dict):\n    pass\n\nd = D(a=1)\nd['b']").explanation is None


def test_lists_of_tensors_have_no_methods() -> None:
    code = "losses = [torch.tensor(1.0), torch.tensor(2.0)]\n"
    check(code + "losses.mean()", "a list of 2 tensors of shape ()", ["torch.stack(losses).mean()"])
    check(code + "losses / 2", "which has no elementwise arithmetic", ["torch.stack(losses) / 2"])
    rows = "rows = [torch.ones(2), torch.ones(2)]\n"
    check(rows + "rows[:, 0]", "rows is a list with the shapes [(2,), (2,)]", ["torch.stack(rows)[:, 0]"])


def test_torch_tensor_of_tensors() -> None:
    code = "maps = [torch.ones(2), torch.zeros(2)]\n"
    check(
        code + "torch.tensor(maps, dtype=torch.long)",
        "maps is a list of tensors, the first of shape (2,)",
        ["torch.stack(maps).to(torch.long)"],
    )
    check(code + "torch.LongTensor(maps)", "torch.LongTensor takes numbers", ["torch.stack(maps).long()"])


@pytest.mark.parametrize(
    ("given", "fix"),
    [
        ("parts", "torch.stack(list(parts.values()))"),
        ("parts.values()", "torch.stack(list(parts.values()))"),
        ("(p for p in parts.values())", "torch.stack([p for p in parts.values()])"),
    ],
)
def test_what_is_not_yet_a_list(given: str, fix: str) -> None:
    check(f'parts = {{"a": torch.ones(2), "b": torch.ones(2)}}\ntorch.stack({given})', "takes a list", [fix])


def test_numbers_in_the_values_of_a_dict() -> None:
    check('ages = {"a": 1, "b": 2}\ntorch.tensor(ages.values())', "dict_values", ["torch.tensor(list(ages.values()))"])


def test_pairs_in_a_list() -> None:
    code = "rows = [(torch.ones(2), 0), (torch.ones(2), 1)]\n"
    check(
        code + "torch.stack(rows)",
        "rows[0] is a tuple with the shapes ((2,), int)",
        ["torch.stack([each[0] for each in rows])"],
    )


NUMPY = "import numpy as np\nw = torch.tensor(2.0, requires_grad=True)\nlosses = [w * 1, w * 2]\n"


@pytest.mark.parametrize(
    ("call", "fix"),
    [
        ("np.array(losses)", "torch.stack(losses).detach().numpy()"),
        ("np.log10(losses)", "np.log10(torch.stack(losses).detach().numpy())"),
        ("np.mean(losses, axis=0)", "np.mean(torch.stack(losses).detach().numpy(), axis=0)"),
        ("np.sum([2 * e for e in losses])", "np.sum([(2 * e).detach() for e in losses])"),
    ],
)
def test_numpy_and_lists_of_tensors_that_require_grad(call: str, fix: str) -> None:
    check(NUMPY + call, "a list of tensors that require grad", [fix])


def test_other_libraries_that_call_numpy() -> None:
    plot = "def draw(values):\n    return np.asarray(values)\n\ndraw(losses)"
    fix = "def draw(values):\n    return torch.stack(values).detach().numpy()"
    check(NUMPY + plot, "values is a list of tensors that require grad", [fix])


def test_lists_of_several_shapes_get_no_fix() -> None:
    code = "w = torch.ones(2, requires_grad=True)\nparts = [w * 1, w.sum()]\nnp.array(parts)"
    check("import numpy as np\n" + code, "parts is a list of tensors that require grad", [])


@pytest.mark.parametrize(
    ("line", "said", "fixes"),
    [
        ('ck["model_state_dict"]', 'ck has no key "model_state_dict"', ['ck["model"]']),
        ('ck["optim_state_dict"]', 'ck has no key "optim_state_dict"', ['ck["optimizer"]']),
        ('ck["scheduler"]', 'ck has no key "scheduler"', []),
        ('n = "Dog"; ids[n]', '"dog" differs from it in upper and lower case alone.', ["ids[n.lower()]"]),
        ('n = "Cow"; ids[n]', 'ids has no key "Cow"', []),
    ],
)
def test_a_key_under_another_name(line: str, said: str, fixes: list[str]) -> None:
    code = 'ck = {"model": {}, "optimizer": {}, "epoch": 3}\nids = {"cat": 0, "dog": 1}\n'
    check(code + line, said, fixes)


LISTS = """
import numpy as np
from torch.utils.data import DataLoader
net = nn.Linear(4, 1)
losses = [(net(torch.rand(5, 4)) ** 2).mean() for _ in range(3)]
preds, seqs, labels = [torch.zeros(4), torch.zeros(4), torch.zeros(2)], [[1, 2, 3], [4, 5]], [0, 1, 1]
keep, i = torch.tensor([True, False, True]), 1
"""


@pytest.mark.parametrize(
    ("line", "said", "fixes"),
    [
        (
            "losses.backward()",
            "backward() starts at one number: their sum() or their mean().",
            ["torch.stack(losses).sum().backward()", "torch.stack(losses).mean().backward()"],
        ),
        ("np.array(preds)", "np.concatenate joins them", ["np.concatenate(preds)"]),
        (
            "every = np.array([p.numpy() for p in preds], dtype=np.float32)",
            "np.concatenate joins them",
            ["np.concatenate([p.numpy() for p in preds], dtype=np.float32)"],
        ),
        ("np.array(seqs)", "Sequences are padded first", []),
        ("seqs[i, 0]", "takes one index at a time", ["seqs[i][0]"]),
        ("seqs[:, 0]", "takes one index at a time", ["[row[0] for row in seqs]"]),
        ("labels[keep]", "keep is a mask", ["[each for each, kept in zip(labels, keep) if kept]"]),
        ('f"{labels:.2f}"', "labels is a list, and a format such as .2f needs one number.", []),
    ],
)
def test_lists_that_are_used_as_tensors(line: str, said: str, fixes: list[str]) -> None:
    check(LISTS + line, said, fixes)


MIXED = """
import pathlib
root = pathlib.Path("runs")
rewards, obs, action = [torch.tensor(1.), torch.tensor(0.5), 0.], [0.1, 0.2], 2
logps = [torch.tensor(-1., requires_grad=True), torch.tensor(-2., requires_grad=True)]
xa, xb, x = [torch.ones(2, 2)], [torch.ones(2, 3)], torch.rand(5)
scores, y, hist = torch.rand(5, 3), torch.tensor([0, 2, 1, 0, 1]), []
"""


@pytest.mark.parametrize(
    ("line", "said", "fixes"),
    [
        (
            "loss = -(logps * torch.tensor([1., 0.5])).sum()",  # not torch.tensor(logps), which has no graph
            "torch.stack makes one tensor of the list",
            ["torch.stack(logps) * torch.tensor([1., 0.5])"],
        ),
        (
            "torch.stack(rewards)",
            "torch.as_tensor makes tensors of the numbers among them.",
            ["torch.stack([torch.as_tensor(each) for each in rewards])"],
        ),
        (
            "torch.cat([obs, action])",
            "torch.tensor makes one tensor of all their numbers.",
            ["torch.tensor([*obs, action])"],
        ),
        ("torch.cat([xa, xb], dim=1)", "xa is a list that holds one tensor", ["torch.cat([xa[0], xb[0]], dim=1)"]),
        ("x.sort()[:3].mean()", "is a part of the pair", ["x.sort().values[:3].mean()"]),
        (
            "(scores.topk(2) == y.unsqueeze(1)).any(1)",
            "is a pair, values and indices",
            ["(scores.topk(2).indices == y.unsqueeze(1)).any(1)"],
        ),
        ("hist.extend(x.sum())", "append adds it.", ["hist.append(x.sum())"]),
        ('root + "/net.pt"', "root is a Path", ['root / "net.pt"']),
        (
            '"{:.3f}".format(torch.tensor([0.25]))',
            "takes a tensor only if it has no dims",
            ['"{:.3f}".format(torch.tensor([0.25]).item())'],
        ),
    ],
)
def test_numbers_beside_tensors(line: str, said: str, fixes: list[str]) -> None:
    check(MIXED + line, said, fixes)


def test_arithmetic_with_pairs() -> None:
    said = "is a pair, values and indices, since torch.max and the like over a dim return both: [0] takes the values."
    check("x = torch.rand(4, 3)\ny = x.max(axis=1) - x.min(axis=1)", said, ["x.max(axis=1)[0] - x.min(axis=1)[0]"])
    check("best, r = torch.rand(4, 3).max(1), torch.rand(4)\ny = r + 0.9 * best", said, ["0.9 * best[0]"])
