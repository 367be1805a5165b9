"""copy.deepcopy of tensors that were computed, and of what holds them."""

from __future__ import annotations

import pytest

from tests.explain.failing import check

HEAD = """\
import copy
class Memory(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(3, 2)
        self.last = None
    def forward(self, x):
        self.last = self.fc(x)
        return self.last.mean()

net = Memory()
loss = net(torch.rand(4, 3))
both = [loss, loss * 2]
state = {"loss": loss, "epoch": 3}
stack = nn.Sequential(net, nn.ReLU())
"""


@pytest.mark.parametrize(
    ("line", "said", "fixes"),
    [
        ("kept = copy.deepcopy(loss)", "loss was computed (grad_fn=MeanBackward0)", ["loss.detach().clone()"]),
        ("best = copy.deepcopy(net)", "net.last was computed, and it keeps the graph",
         ["net.last = net.last.detach()\nbest = copy.deepcopy(net)"]),
        ("best = copy.deepcopy(stack)", "stack[0].last was computed",
         ["stack[0].last = stack[0].last.detach()\nbest = copy.deepcopy(stack)"]),
        ("best = copy.deepcopy(state)", 'state["loss"].detach() has the values alone.',
         ['state["loss"] = state["loss"].detach()\nbest = copy.deepcopy(state)']),
        ("best = copy.deepcopy(both)", "both[0] and both[1]", []),
    ],
)  # fmt: skip
def test_the_result_that_is_held_is_named(line: str, said: str, fixes: list[str]) -> None:
    check(HEAD + line, said, fixes)


@pytest.mark.filterwarnings("ignore")
def test_weight_norm_computes_its_weight_in_every_call() -> None:
    code = "import copy\nnet = nn.Sequential(nn.utils.weight_norm(nn.Linear(3, 3)))\nnet(torch.rand(2, 3))\n"
    check(code + "copy.deepcopy(net)", "net[0].weight is computed anew by weight_norm")


def test_deepcopy_is_no_method() -> None:
    code = "net = nn.Linear(2, 1)\nbest = net.state_dict().deepcopy()"
    check(code, "deepcopy is no method", ["import copy\nbest = copy.deepcopy(net.state_dict())"])
    check(code.replace(".state_dict()", ""), "deepcopy is no method", ["import copy\nbest = copy.deepcopy(net)"])


@pytest.mark.parametrize("method", ["clone", "copy"])
def test_a_module_is_copied_by_a_function(method: str) -> None:
    code = f"old = nn.Linear(2, 1)\ntwin = old.{method}()"
    check(code, f"old is a module, and modules have no {method}.", ["import copy\ntwin = copy.deepcopy(old)"])
    check("import copy\n" + code, "old is a module", ["twin = copy.deepcopy(old)"])
