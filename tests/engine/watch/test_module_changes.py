"""What happens inside modules, optimizers and containers: one line per group of parts that changed alike."""

from __future__ import annotations

import pytest

from ptrepl.engine.watch.compare.values import number_text
from tests.engine.prompt import Prompt, line

NET = """
torch.manual_seed(0);
net = nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 1))
x = torch.tensor([[1., 2.], [3., -4.]])
"""
ALL = "0.weight, 0.bias, 2.weight, 2.bias"
BACKWARD = "net(x).exp().sum().backward()"


def group(what: str, members: str = ALL, of: str = "net", count: int | None = None, total: int | None = None) -> str:
    """``group("parameters new")`` → ``│ net  4 of 4 parameters new: 0.weight, …``."""
    number = len(members.split(", ")) if count is None else count
    more = ", …" if number > len(members.split(", ")) else ""
    noun, _, notes = what.partition("  ·")
    return f"│ {of}  {number} of {total or number} {noun}: {members}{more}" + (f"  ·{notes}" if notes else "")


@pytest.fixture
def at_net(prompt: Prompt) -> Prompt:
    prompt(NET)
    return prompt


def test_a_module_has_one_line_when_it_is_made(prompt: Prompt) -> None:
    assert prompt("net = nn.Sequential(nn.Linear(10, 10), nn.Linear(10, 1))") == [
        "│ net  Sequential  4 parameters  121 values"
    ]


def test_gradients_of_a_module_are_one_line(at_net: Prompt) -> None:
    assert at_net(BACKWARD) == [group("gradients new")]
    assert at_net(BACKWARD) == [group("gradients accumulated")]
    assert at_net("net.zero_grad(set_to_none=False)") == [group("gradients changed in place")]
    assert at_net("net.zero_grad()") == [group("gradients cleared")]
    assert at_net("net.zero_grad()") == []
    assert at_net(BACKWARD) == [group("gradients new")]


def test_only_what_changed_is_counted(at_net: Prompt) -> None:
    assert at_net("net[0].weight.requires_grad_(False);") == [
        group("parameters changed  · requires_grad was True", "0.weight", total=4)
    ]
    assert at_net(BACKWARD) == [group("gradients new", "0.bias, 2.weight, 2.bias")]
    assert at_net("nn.init.zeros_(net[2].bias);") == [group("parameters changed in place", "2.bias", total=4)]
    assert at_net("net[2].weight.data[0, 0] = 9") == [group("parameters changed in place", "2.weight", total=4)]


@pytest.mark.parametrize(
    ("statement", "lines"),
    [
        ("net.double();", [group("parameters changed in place  · dtype was float32")]),
        ("net.to(torch.float64);", [group("parameters changed in place  · dtype was float32")]),
        ("net.to('cpu');", []),
        ("net.float();", []),
        ("net.train();", []),
        ("net.eval();", ["│ net  Sequential  training=False  · training was True"]),
        ("net.requires_grad_(False);", [group("parameters changed  · requires_grad was True")]),
        ("net.requires_grad_(True);", []),
        ("net.to('meta');", [group("parameters new")]),
        ("net.load_state_dict(net.state_dict());", []),
        ("net.load_state_dict({k: v.clone() for k, v in net.state_dict().items()});", []),
        (
            "net.load_state_dict({k: v + 1 for k, v in net.state_dict().items()});",
            [group("parameters changed in place")],
        ),
        (
            "net.load_state_dict({k: v + 1 for k, v in net.state_dict().items()}, assign=True);",
            [group("parameters new")],
        ),
        (
            "with torch.no_grad():\n    for p in net.parameters(): p.add_(1)\n",
            [
                line("p", "requires_grad", "same object as net[2].bias", shape="(1,)"),
                group("parameters changed in place"),
            ],
        ),
        ("net.apply(lambda m: None);", []),
        ("net(x);", []),
        ("net.state_dict();", []),
        ("list(net.parameters());", []),
        ("net[0].bias = None", ["│ net  Sequential  3 parameters  7 values"]),
        (
            "net[0].bias = nn.Parameter(torch.ones(2))",
            [group("parameters new", "0.bias", total=4)],
        ),
        (
            "net.register_buffer('seen', torch.zeros(1))",
            ["│ net  Sequential  4 parameters  9 values  1 buffer  · new: seen (1,) float32"],
        ),
        (
            "net.append(nn.Linear(1, 1));",
            ["│ net  Sequential  6 parameters  11 values  · new: 3.weight (1, 1) float32, 3.bias (1,) float32"],
        ),
        ("net.pop(2);", ["│ net  Sequential  2 parameters  6 values"]),
        ("net = nn.Sequential(*net)", ["│ net  Sequential  4 parameters  9 values"]),
        ("same = net", ["│ same  Sequential  4 parameters  9 values  · same object as net"]),
        ("first = net[0]", ["│ first  Linear  2 parameters  6 values  · same object as net[0]"]),
        ("net", ["│ net  Sequential  4 parameters  9 values"]),
        ("net[0].weight", [line("net[0].weight", "requires_grad", shape="(2, 2)")]),
        (
            "nn.init.zeros_(net[0].weight)",
            [
                line("nn.init.zeros_(net[0].weight)", "requires_grad", "same object as net[0].weight", shape="(2, 2)"),
                group("parameters changed in place", "0.weight", total=4),
            ],
        ),
        (
            "[p for p in net.parameters()]",
            [
                "│ [p for p in net.parameters()]  list  4 tensors"
                "  (2, 2) float32, (2,) float32, (1, 2) float32, (1,) float32"
            ],
        ),
        ("del net", []),
    ],
)
def test_what_was_done_to_a_module(at_net: Prompt, statement: str, lines: list[str]) -> None:
    assert at_net(statement) == lines


def test_swapped_parameters_are_those_that_were_there(at_net: Prompt) -> None:
    at_net("torch.__future__.set_swap_module_params_on_conversion(True)")
    try:
        assert at_net("net.double();") == [group("parameters changed in place  · dtype was float32")]
        at_net("again = {k: v + 1 for k, v in net.state_dict().items()}")
        assert at_net("net.load_state_dict(again);") == [group("parameters changed in place")]
    finally:
        at_net("torch.__future__.set_swap_module_params_on_conversion(False)")


STATISTICS = "running_mean, running_var, num_batches_tracked"


def test_batch_norm_keeps_statistics_that_no_counter_counts(prompt: Prompt) -> None:
    assert prompt("b = nn.BatchNorm1d(2)") == ["│ b  BatchNorm1d  2 parameters  4 values  3 buffers"]
    prompt("x = torch.arange(8.).reshape(4, 2)")
    assert prompt("b(x);") == [group("buffers changed in place", STATISTICS, of="b")]
    assert prompt("y = b(x)")[1:] == [group("buffers changed in place", STATISTICS, of="b")]
    prompt("b.eval();")
    assert prompt("b(x);") == []


OPTIMIZERS = {
    # constructor → the state of each parameter; "!" where it is there before the first step
    "SGD(P, lr=0.1)": "",
    "SGD(P, lr=0.1, foreach=True)": "",
    "SGD(P, lr=0.1, fused=True)": "",
    "SGD(P, lr=0.1, momentum=0.9)": "momentum_buffer",
    "SGD(P, lr=0.1, momentum=0.9, fused=True)": "momentum_buffer",
    "Adam(P, lr=0.1)": "step exp_avg exp_avg_sq",
    "Adam(P, lr=0.1, foreach=True)": "step exp_avg exp_avg_sq",
    "Adam(P, lr=0.1, fused=True)": "step exp_avg exp_avg_sq",
    "Adam(P, lr=0.1, amsgrad=True)": "step exp_avg exp_avg_sq max_exp_avg_sq",
    "AdamW(P, lr=0.1)": "step exp_avg exp_avg_sq",
    "AdamW(P, lr=0.1, foreach=True)": "step exp_avg exp_avg_sq",
    "AdamW(P, lr=0.1, fused=True)": "step exp_avg exp_avg_sq",
    "RMSprop(P, lr=0.1)": "step square_avg",
    "RMSprop(P, lr=0.1, foreach=True)": "step square_avg",
    "Adagrad(P, lr=0.1)": "! step sum",
    "Adagrad(P, lr=0.1, foreach=True)": "! step sum",
    "Adagrad(P, lr=0.1, fused=True)": "! step sum",
    "Adadelta(P, lr=0.1)": "step square_avg acc_delta",
    "Adamax(P, lr=0.1)": "step exp_avg exp_inf",
    "NAdam(P, lr=0.1)": "step mu_product exp_avg exp_avg_sq",
    "RAdam(P, lr=0.1)": "step exp_avg exp_avg_sq",
}


@pytest.mark.parametrize("maker", OPTIMIZERS)
def test_every_optimizer_step_is_seen(at_net: Prompt, maker: str) -> None:
    names = OPTIMIZERS[maker].removeprefix("! ").split()
    kind, state = maker.partition("(")[0], [f"{index}.{name}" for index in range(4) for name in names]

    def of_state(what: str) -> list[str]:
        shown = ", ".join(state[:4])
        return [group(f"state tensors {what}", shown, of="opt", count=len(state))] if state else []

    made = at_net(f"opt = torch.optim.{maker.replace('P', 'net.parameters()')}")
    assert made == [f"│ opt  {kind}  4 parameters  lr=0.1"]
    at_net(BACKWARD)
    first = "changed in place" if OPTIMIZERS[maker].startswith("!") else "new"
    moved = [group("parameters changed in place")]
    assert at_net("opt.step()") == moved + of_state(first)
    at_net("torch._foreach_mul_([p.grad for p in net.parameters()], 2);")
    assert at_net("opt.step()") == moved + of_state("changed in place")
    assert at_net("opt.zero_grad()") == [group("gradients cleared")]
    assert at_net("opt.step()") == []


def test_lbfgs(prompt: Prompt) -> None:
    prompt(
        """
w = nn.Parameter(torch.tensor([3., -4.]))
opt = torch.optim.LBFGS([w], lr=0.1, max_iter=1)

def closure():
    opt.zero_grad()
    loss = (w - 1).pow(4).sum()
    loss.backward()
    return loss
"""
    )
    moved = line("w", "changed in place", shape="(2,)")
    assert prompt("opt.step(closure);") == [
        moved,
        line("w.grad", "new", shape="(2,)"),
        group("state tensors new", "0.d, 0.t, 0.prev_flat_grad", of="opt"),
    ]
    assert prompt("opt.step(closure);") == [
        moved,
        line("w.grad", "new", shape="(2,)"),
        group("state tensors new", "0.d, 0.H_diag", of="opt", total=3),
        group("state tensors changed in place", "0.prev_flat_grad", of="opt", total=3),
    ]


def test_parameters_with_names_are_told_by_name_and_not_again_under_the_optimizer(prompt: Prompt) -> None:
    prompt("a = nn.Parameter(torch.ones(2)); b = nn.Parameter(torch.ones(2)); c = nn.Parameter(torch.ones(2))")
    assert prompt("opt = torch.optim.SGD([a, b], lr=0.5)") == ["│ opt  SGD  2 parameters  lr=0.5"]
    assert prompt("(a + b + c).sum().backward()") == [line(f"{n}.grad", "new", shape="(2,)") for n in "abc"]
    assert prompt("opt.step()") == [line(n, "changed in place", shape="(2,)") for n in "ab"]


def test_parameters_of_nobody_else_are_told_under_the_optimizer(prompt: Prompt) -> None:
    prompt("opt = torch.optim.SGD([nn.Parameter(torch.ones(2))], lr=0.5)")
    assert prompt("opt.param_groups[0]['params'][0].sum().backward()") == [group("gradients new", "0", of="opt")]
    assert prompt("opt.step()") == [group("parameters changed in place", "0", of="opt")]


@pytest.mark.parametrize(
    ("statement", "lines"),
    [
        ("opt.param_groups[0]['lr'] = 0.25", ["│ opt  SGD  4 parameters  lr=0.25  · lr was 0.5"]),
        ("for g in opt.param_groups: g['lr'] /= 10", ["│ opt  SGD  4 parameters  lr=0.05  · lr was 0.5"]),
        ("opt.param_groups[0]['lr'] = 0.5", []),
        (
            "opt.add_param_group({'params': [nn.Parameter(torch.ones(1))], 'lr': 0.1})",
            ["│ opt  SGD  5 parameters  lr=0.5, 0.1  · new: 4 (1,) float32 · lr was 0.5"],
        ),
        ("opt = torch.optim.SGD(net.parameters(), lr=0.5)", ["│ opt  SGD  4 parameters  lr=0.5"]),
        ("same = opt", ["│ same  SGD  4 parameters  lr=0.5  · same object as opt"]),
        ("opt.load_state_dict(opt.state_dict())", []),
        ("opt.zero_grad()", []),
    ],
)
def test_what_was_done_to_an_optimizer(at_net: Prompt, statement: str, lines: list[str]) -> None:
    at_net("opt = torch.optim.SGD(net.parameters(), lr=0.5)")
    told = [text for text in at_net(statement) if not text.startswith("│ g  ")]
    assert told == lines


def test_a_scheduler_changes_the_learning_rate(at_net: Prompt) -> None:
    at_net("opt = torch.optim.SGD(net.parameters(), lr=0.5)")
    at_net("plan = torch.optim.lr_scheduler.StepLR(opt, 1)")
    at_net(BACKWARD)
    at_net("opt.step()")
    assert at_net("plan.step()") == ["│ opt  SGD  4 parameters  lr=0.05  · lr was 0.5"]


def test_a_training_loop_tells_what_is_different_after_it(at_net: Prompt) -> None:
    at_net("opt = torch.optim.SGD(net.parameters(), lr=0.01)")
    loop = """
for _ in range(5):
    opt.zero_grad()
    loss = (net(x) - 3).pow(2).mean()
    loss.backward()
    opt.step()
"""
    told = at_net(loop)
    loss = f"value {number_text(at_net['loss'])}"
    assert told == [
        line("loss", loss, grad_fn="MeanBackward0", is_leaf="False"),
        group("parameters changed in place"),
        group("gradients new"),
    ]


@pytest.mark.parametrize(
    ("made", "change", "lines"),
    [
        (
            "held = [torch.zeros(2), torch.zeros(2)]",
            "held[1].add_(1);",
            ["│ held  1 of 2 tensors changed in place: [1]"],
        ),
        ("held = [torch.zeros(2)]", "held[0]", [line("held[0]", shape="(2,)")]),
        (
            "held = [torch.zeros(2)]",
            "held[0].add_(1)",
            [
                line("held[0].add_(1)", "same object as held[0]", shape="(2,)"),
                "│ held  1 of 1 tensors changed in place: [0]",
            ],
        ),
        ("held = [torch.zeros(2)]", "held[0] = torch.ones(2)", ["│ held  1 of 1 tensors new: [0]"]),
        (
            "held = [torch.zeros(2)]",
            "held.append(torch.ones(2))",
            ["│ held  list  2 tensors  · new: [1] (2,) float32"],
        ),
        ("held = [torch.zeros(2)]", "held.pop();", []),
        ("held = [torch.zeros(2)] * 2", "held.pop();", ["│ held  list  1 tensor  (2,) float32"]),
        ("held = [torch.zeros(2), torch.zeros(2)]", "held.pop();", ["│ held  list  1 tensor  (2,) float32"]),
        ("held = [torch.zeros(2), 1]", "held[1] = 2", []),
        (
            "held = {'a': {'b': torch.zeros(2)}}",
            "held['a']['b'].data += 1",
            ["│ held  1 of 1 tensors changed in place: ['a']['b']"],
        ),
        (
            "held = {'a': torch.zeros(2)}",
            "held['c'] = (torch.ones(1),)",
            ["│ held  dict  2 tensors  · new: ['c'][0] (1,) float32"],
        ),
        (
            "held = [torch.ones(2, requires_grad=True)]",
            "held[0].sum().backward()",
            ["│ held  1 of 1 gradients new: [0]"],
        ),
        (
            "t = torch.zeros(2)\nheld = [t]",
            "t += 1",
            [line("t", "changed in place", "same object as held[0]", shape="(2,)")],
        ),
        (
            "held = [torch.zeros(2)]\nagain = held",
            "held[0] += 1",
            ["│ held  1 of 1 tensors changed in place: [0]"],
        ),
        (
            "net = nn.Linear(1, 1)\nheld = [net]",
            "nn.init.zeros_(net.weight);",
            [group("parameters changed in place", "weight", total=2)],
        ),
        (
            "held = [nn.Linear(1, 1)]",
            "nn.init.zeros_(held[0].bias);",
            ["│ held  1 of 2 parameters changed in place: [0].bias"],
        ),
    ],
)
def test_what_changed_inside_a_container(prompt: Prompt, made: str, change: str, lines: list[str]) -> None:
    prompt(made)
    assert prompt(change) == lines


IN_A_LIST = """
class M(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(2, 2)
        self.hidden = [nn.Linear(2, 2)]
    def forward(self, x):
        return self.hidden[0](self.a(x))
m = M()
opt = torch.optim.SGD(m.parameters(), 0.1)
"""


def test_gradients_are_counted_as_parameters_are(prompt: Prompt) -> None:
    prompt(IN_A_LIST)
    assert prompt("m(torch.ones(1, 2)).sum().backward()") == [
        group("gradients new", "a.weight, a.bias", "m"),
        group("gradients new  · not registered", "hidden[0].weight, hidden[0].bias", "m"),
    ]
    assert prompt("opt.zero_grad()") == [group("gradients cleared", "a.weight, a.bias", "m")]


def test_a_plain_list_does_not_hide_that_an_optimizer_has_old_parameters(prompt: Prompt) -> None:
    prompt(IN_A_LIST + "m.hidden = [m.a]\n")
    assert "│ opt  2 of 2 parameters are no longer in m: 0, 1" in prompt("m.a = nn.Linear(2, 2)")


@pytest.mark.parametrize(
    ("code", "what", "dtype"),
    [
        ("net.double();", "changed in place", "float32"),
        ("net.half();", "changed in place", "float32"),
        ("net.to(torch.bfloat16);", "changed in place", "float32"),
    ],
)
def test_gradients_that_have_another_dtype_say_so(at_net: Prompt, code: str, what: str, dtype: str) -> None:
    at_net(BACKWARD)
    assert at_net(code) == [
        group(f"parameters {what}  · dtype was {dtype}"),
        group(f"gradients {what}  · dtype was {dtype}"),
    ]


def test_a_gradient_by_name_that_has_another_dtype_says_so(prompt: Prompt) -> None:
    prompt("w = torch.ones(2, requires_grad=True)\nw.sum().backward()\n")
    lines = prompt("w.data, w.grad.data = w.data.double(), w.grad.data.double()")
    assert [each.endswith("dtype was float32") for each in lines] == [True, True]


DEEP = """
net = nn.Sequential(nn.Sequential(nn.Linear(2, 2), nn.Dropout()), nn.BatchNorm1d(2), nn.BatchNorm1d(2))
"""


@pytest.mark.parametrize(
    ("before", "code", "lines"),
    [
        ("", "net[1].eval();", ["│ net[1]  BatchNorm1d  training=False  · training was True"]),
        ("", "net[1].eval()", ["│ net[1]  BatchNorm1d  training=False  · training was True"]),
        ("", "net[0].train(False);", ["│ net[0]  Sequential  training=False  · training was True"]),
        ("net[0][1].eval();", "net[0].train();", ["│ net[0][1]  Dropout  training=True  · training was False"]),
        ("net[1].eval();", "net.eval();", ["│ net  Sequential  training=False  · training was True"]),
        (
            "",
            "[each.eval() for each in net.modules() if isinstance(each, nn.BatchNorm1d)];",
            ["│ net  2 of 6 modules set to eval mode: 1, 2"],
        ),
        ("body = net[0]", "body.eval();", ["│ body  Sequential  training=False  · training was True"]),
        ("body = net[0]", "net[0].eval();", ["│ body  Sequential  training=False  · training was True"]),
        (
            "net[0].eval();",
            "net[0] = nn.Sequential(nn.Linear(2, 2))",
            ["│ net  2 of 6 parameters new: 0.0.weight, 0.0.bias"],
        ),
        ("net.eval();", "net.eval();", []),
    ],
)
def test_a_module_inside_another_that_is_switched_has_a_line(
    prompt: Prompt, before: str, code: str, lines: list[str]
) -> None:
    prompt(DEEP + before + "\n")
    assert prompt(code) == lines
