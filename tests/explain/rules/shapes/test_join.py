"""cat, stack and their like: which tensors do not fit, and that each fix runs."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, fails, runs_after, shown, why

HEAD = "x = torch.ones(2, 3)\nw = torch.ones(2, 4)\nc = torch.ones(3)\nv = torch.ones(2)\nn = torch.tensor(2.0)\n"


def test_the_screen_of_sizes_that_differ():
    assert (
        shown(HEAD + "torch.cat([x, w])")
        == """\
RuntimeError: Sizes of tensors must match except in dimension 0. Expected size 3 but got size 4 for tensor number 1 in the list.
    torch.cat([x, w])
    ^^^^^^^^^^^^^^^^^
│ x is (2, 3) and w is (2, 4): torch.cat joins them along dim 0 and needs all
│ other dims to be equal, but dim 1 is 3 and 4.
│ try  torch.cat([x, w], dim=1)   → shape (2, 7)"""  # noqa: E501
    )


@pytest.mark.parametrize(
    ("line", "said", "fixes"),
    [
        ("torch.cat((x, x[:1]), 1)", "x[:1] is (1, 3)", ["torch.cat((x, x[:1]), 0)"]),
        ("torch.cat(tensors=[x, w], dim=0)", "w is (2, 4)", ["torch.cat(tensors=[x, w], dim=1)"]),
        ("torch.cat([x, torch.ones(4, 5)])", "dim 1 is 3 and 5", []),
        ("torch.concat([x, torch.ones(3, 2)])", "dim 1 is 3 and 2", ["torch.concat([x, torch.ones(3, 2).T])"]),
        ("torch.vstack([x, w])", "torch.vstack joins them along dim 0", ["torch.cat([x, w], dim=1)"]),
        ("torch.hstack([x, x[:1]])", "torch.hstack joins them along dim 1", ["torch.cat([x, x[:1]], dim=0)"]),
        ("l = [x, w]\ntorch.cat(l)", "l[0] is (2, 3) and l[1] is (2, 4)", ["torch.cat(l, dim=1)"]),
        ("torch.cat([x[:, :i] for i in (1, 2)])", "tensor 0 of the list is (2, 1)",
         ["torch.cat([x[:, :i] for i in (1, 2)], dim=1)"]),
        ("torch.cat([x, x, w])", "x is (2, 3) and w is (2, 4)", ["torch.cat([x, x, w], dim=1)"]),
        ("torch.cat([x, c])", "c is (3,): torch.cat needs all tensors", ["torch.cat([x, c.unsqueeze(0)])"]),
        ("torch.cat([x, v])", "v is (2,): torch.cat needs all", ["torch.cat([x, v.unsqueeze(1)], dim=1)"]),
        ("torch.cat([x, c], dim=1)", "these have 2 and 1", ["torch.cat([x, c.unsqueeze(0)], dim=0)"]),
        ("torch.cat([x, v], dim=1)", "these have 2 and 1", ["torch.cat([x, v.unsqueeze(1)], dim=1)"]),
        ("torch.cat([n, c])", "c is (3,) and n is ()", ["torch.cat([n.unsqueeze(0), c])"]),
        ("torch.cat([n, n])", "n is a single number", ["torch.stack([n, n])"]),
        ("l = [x, c]\ntorch.cat(l)", "l[1] is (3,)", []),
        ("torch.stack([x, w])", "torch.stack stacks tensors along a new dim", ["torch.cat([x, w], dim=1)"]),
        ("torch.stack([x, c])", "needs all of them to have the same shape", []),
        ("torch.cat([c, c + 1], dim=1)", "c has one dim, dim 0",
         ["torch.stack([c, c + 1], dim=1)", "torch.cat([c, c + 1], dim=0)"]),
        ("torch.cat([x, w], dim=2)", "x is (2, 3): its two dims are 0 and 1, or -2 and -1 from the end.",
         ["torch.cat([x, w], dim=1)"]),
        ("torch.concat([x, x], -3)", "There is no dim -3.", ["torch.concat([x, x], 1)", "torch.concat([x, x], 0)"]),
        ("torch.cat([c, v], dim=1)", "would need them to have the same shape", ["torch.cat([c, v], dim=0)"]),
        ("torch.stack([c, c], dim=3)", "torch.stack adds a new dim, at an index from -2 to 1: 3 is none of them",
         []),
        ("torch.stack([c, c], dim=2)", "2 is none of them", ["torch.stack([c, c], dim=1)"]),
        ("torch.hstack([x, c])", "torch.hstack needs all tensors to have the same number of dims", []),
        ("torch.cat(c, c)", "put square brackets around them", ["torch.cat([c, c])"]),
        ("torch.stack(c, c, dim=1)", "put square brackets around them",
         ["torch.stack([c, c], dim=1)"]),
        ("torch.cat(c)", "c is one tensor, (3,), and torch.cat joins the tensors of a list.", []),
        ("torch.cat(x, w)", "put square brackets around them", []),  # they would not fit then either
        ("torch.cat([x, 2])", "2 is not a tensor", []),
        ("torch.cat([c, 2])", "2 is not a tensor", ["torch.cat([c, torch.tensor([2])])"]),
        ("torch.stack([n, 2.5])", "2.5 is not a tensor", ["torch.stack([n, torch.tensor(2.5)])"]),
        ("l = [c, 'a']\ntorch.cat(l)", "l[1] is of type str, and torch.cat joins tensors only", []),
        ("l = [c, v]\ntorch.stack(l)", "They differ in dim 0 alone",
         ["nn.utils.rnn.pad_sequence(l, batch_first=True)"]),
        ("torch.stack([x, torch.ones(5, 3)])", "fills the shorter ones up with zeros",
         ["nn.utils.rnn.pad_sequence([x, torch.ones(5, 3)], batch_first=True)"]),
        ("torch.cat([])", "[] is empty: there is nothing to join", []),
        ("rows = []\ntorch.stack(rows)", "rows is empty: there is nothing to join", []),
        ("def f(a, b):\n    return torch.cat([a, b]).sum()\n\nf(x, w)", "a is (2, 3) and b is (2, 4)",
         ["def f(a, b):\n    return torch.cat([a, b], dim=1).sum()"]),
    ],
)  # fmt: skip
def test_what_is_said_and_fixes_that_run(line, said, fixes):
    check(HEAD + line, said, fixes)


def test_a_list_that_would_have_to_be_made_again_stays_unexplained():
    assert fails(HEAD + "torch.cat([*iter([x, w])])").explanation is None


def test_a_list_that_the_learners_function_makes_is_read_off_its_text():
    check(
        HEAD + "def both(): return [x, w]\n\ntorch.cat(both())",
        "tensor 0 of the list is (2, 3) and tensor 1 of the list is (2, 4)",
        ["torch.cat(both(), dim=1)"],
    )


def test_one_of_many_that_differs_is_not_joined_along_another_dim():
    code = "parts = []\nfor _ in range(3):\n    parts.append(torch.ones(2, 8))\n\nparts.append(torch.ones(2, 5))\n"
    check(code + "rows = torch.cat(parts)", "parts[0] is (2, 8) and parts[3] is (2, 5)")


def test_collected_rows_are_samples_or_places_of_a_sequence():
    code = "outs = []\nfor n in (3, 5, 4):\n    outs.append(nn.Linear(4, 2)(torch.rand(n, 4)))\n\n"
    fixes = ["torch.cat(outs)", "nn.utils.rnn.pad_sequence(outs, batch_first=True)"]
    check(code + "every = torch.stack(outs)", "If its rows are samples, torch.cat joins them", fixes)


def test_batches_are_joined_under_the_name_of_their_list():
    code = "preds = []\nfor n in (4, 4, 2):\n    preds.append(torch.zeros(n))\n\n"
    check(code + "preds = torch.stack(preds)", "torch.cat joins batches along dim 0", ["torch.cat(preds)"])


JOINING = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.after = {after}
    def forward(self, a, b):
        return self.after(torch.cat([a, b], {dim}))
net = Net()
net({a}, {b})
"""


@pytest.mark.parametrize(
    ("a", "b", "dim", "after", "written"),
    [
        ("torch.rand(2, 48, 1, 1)", "torch.rand(2, 8)", "-1", "nn.Linear(56, 3)", "[a.flatten(1), b]"),
        ("torch.rand(2, 8, 3, 3)", "torch.rand(2, 4)", "1", "nn.Linear(76, 3)", "[a.flatten(1), b]"),
        ("torch.rand(2, 4)", "torch.rand(2, 8, 3, 3)", "dim=1", "nn.Linear(76, 3)", "[a, b.flatten(1)]"),
        (
            "torch.rand(2, 20, 1, 1)",
            "torch.rand(2, 10)",
            "1",
            "nn.ConvTranspose2d(30, 4, 4)",
            "[a, b[:, :, None, None]]",
        ),
        (
            "torch.rand(2, 1, 6, 6)",
            "torch.rand(2, 5)",
            "1",
            "nn.Conv2d(6, 4, 3)",
            "[a, b[:, :, None, None].expand(-1, -1, 6, 6)]",
        ),
        (
            "torch.rand(2, 7, 12)",
            "torch.rand(2, 20)",
            "2",
            "nn.GRU(32, 4, batch_first=True)",
            "[a, b.unsqueeze(1).expand(-1, a.size(1), -1)]",
        ),
    ],
)
def test_features_beside_maps_or_steps_by_what_takes_them(a, b, dim, after, written):
    code = JOINING.format(a=a, b=b, dim=dim, after=after)
    assert [written in fix.code for fix in why(code).fixes] == [True]
    assert runs_after(code) == 1


def test_channels_of_a_map_beside_features_by_the_layer_after_it():
    after = "nn.Linear(13, 3)"
    code = JOINING.format(a="torch.rand(2, 8, 3, 3)", b="torch.rand(2, 5)", dim="1", after=after)
    assert ["[a.mean((2, 3)), b]" in fix.code for fix in why(code).fixes] == [True]


@pytest.mark.parametrize(
    ("line", "fix"),
    [
        ("torch.cat(a, b, 1)", "torch.cat([a, b], 1)"),
        ("torch.cat(a + b, b - a, -1)", "torch.cat([a + b, b - a], -1)"),
        ("torch.stack(a, b, a, 0)", "torch.stack([a, b, a], 0)"),
        ("torch.concat(a, b, a)", "torch.concat([a, b, a])"),
        ("torch.hstack(a, b)", "torch.hstack([a, b])"),
        ("torch.vstack(a, b, a)", "torch.vstack([a, b, a])"),
    ],
)
def test_tensors_by_position_are_put_into_one_list(line: str, fix: str) -> None:
    check(f"a, b = torch.rand(2, 3), torch.rand(2, 3)\n{line}", "takes one list of tensors", [fix])


def test_a_list_whose_tensors_do_not_fit_is_said_without_a_line() -> None:
    check("a, b = torch.rand(2, 3), torch.rand(2, 2)\ntorch.cat(a, b, 0)", "takes one list of tensors", [])


def test_one_tensor_for_a_batch_is_given_to_each_example():
    code = "a, b = torch.rand(4, 3, 8, 8), torch.rand(1, 2, 8, 8)\ntorch.cat([a, b], dim=1)"
    check(code, "but dim 0 is 4 and 1", ["torch.cat([a, b.expand(4, -1, -1, -1)], dim=1)"])


def test_grey_beside_colours():
    code = "a, b = torch.rand(2, 1, 8, 8), torch.rand(2, 3, 8, 8)\ntorch.cat([a, b])"
    check(code, "but dim 1 is 1 and 3", ["torch.cat([a.expand(-1, 3, -1, -1), b])", "torch.cat([a, b], dim=1)"])
