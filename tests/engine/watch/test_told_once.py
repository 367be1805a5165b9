"""What is told of a name and what is not: its old facts, the variable of a loop, the same tensor again, its number."""

from __future__ import annotations

import time

import pytest

from ptrepl.engine.watch.compare.diff import MOST_EXAMINED
from tests.engine.prompt import Prompt, line, shown

VEC = {"shape": "(2,)"}


@pytest.mark.parametrize(
    ("statement", "note"),
    [
        ("x = x.reshape(4, 3)", "shares memory with big · shape was (3, 4)"),
        ("x = torch.rand(2)", ""),
        ("x = torch.rand(2) + y[0]", ""),
        ("x, y = torch.zeros(2), y", ""),
        ("x, y = x.sum(0), y", "shape was (3, 4)"),
        ("for x in (torch.zeros(2),): pass\n", ""),
        ("for x, z in [(torch.zeros(2), 1)]: x + 1;\n", ""),
        ("for _ in range(2): x = x[:, :1]\n", "shares memory with big · not contiguous · shape was (3, 4)"),
        ("(x := x.double());", "dtype was float32"),
        ("x: object = x.double()", "dtype was float32"),
        ("x = [t for t in (x.double(),)][0]", "dtype was float32"),
        ("x = make()", ""),
    ],
)
def test_what_a_name_was_is_told_where_it_is_made_of_that(prompt: Prompt, statement: str, note: str) -> None:
    prompt("big = torch.ones(3, 4); x = big; y = torch.ones(2); make = lambda: torch.zeros(2)")
    told = next(text for text in prompt(statement) if text.startswith("│ x  "))
    assert told.partition("  · ")[2] == note


def test_what_is_done_to_a_tensor_tells_what_it_was(prompt: Prompt) -> None:
    prompt("x = torch.ones(2, 3); y = torch.ones(2, 2)")
    assert prompt("x.t_();")[0].endswith("not contiguous · shape was (2, 3)")
    assert prompt("y.data = y.data.t()")[0].endswith("strides were (2, 1)")


def test_targets_stand_in_the_order_of_the_statement(prompt: Prompt) -> None:
    prompt("y = torch.ones(2)")
    assert [told[2] for told in prompt("X, y = torch.ones(3), torch.zeros(3)")] == ["X", "y"]
    assert [told[2] for told in prompt("y, X = torch.ones(2), torch.zeros(2)")] == ["y", "X"]
    prompt("a = torch.ones(1); b = torch.ones(1)")
    assert [told[2] for told in prompt("c = d = a.add_(1)")] == ["a", "c", "d"]


NET = "net = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 1)); x = torch.ones(1, 2)"


def test_the_variable_that_a_loop_left_is_not_told_again(prompt: Prompt) -> None:
    prompt(NET)
    assert prompt("for p in net.parameters(): p.requires_grad_();\n")[0].endswith("same object as net[1].bias")
    assert prompt("net(x).sum().backward()") == ["│ net  4 of 4 gradients new: 0.weight, 0.bias, 1.weight, 1.bias"]
    assert prompt("nn.init.zeros_(net[1].bias);") == ["│ net  1 of 4 parameters changed in place: 1.bias"]
    assert prompt("p.data.add_(1);") == ["│ net  1 of 4 parameters changed in place: 1.bias"]
    assert prompt("p = torch.ones(2)") == [line("p", **VEC)]
    assert prompt("p.add_(1);") == [line("p", "changed in place", **VEC)]


def test_nor_is_that_of_a_loop_over_tensors_with_names(prompt: Prompt) -> None:
    prompt("w = torch.ones(2, requires_grad=True); b = torch.ones(2, requires_grad=True)")
    prompt("for p in (w, b): p.grad = None\n")
    assert prompt("b.data.add_(1);") == [line("b", "changed in place", "same object as p", **VEC)]
    prompt("w.sum().backward(); b.sum().backward()")
    prompt("p = 0")
    assert sorted(prompt("for p in (w, b): p.grad.data.add_(1);\n")) == [
        line("b.grad", "changed in place", **VEC),
        line("p", "requires_grad", "same object as b", **VEC),
        line("w.grad", "changed in place", **VEC),
    ]
    prompt("held = [torch.ones(2), torch.ones(2)]\nfor t in held: pass\n")
    assert prompt("held[1].add_(1);") == ["│ held  1 of 2 tensors changed in place: [1]"]
    prompt("for t in [torch.ones(2)]: pass\n")
    assert prompt("t.add_(1);") == [line("t", "changed in place", **VEC)]


def test_a_part_of_a_module_is_told_under_the_module(prompt: Prompt) -> None:
    prompt(NET)
    assert prompt("first = net[0]") == ["│ first  Linear  2 parameters  6 values  · same object as net[0]"]
    assert prompt("nn.init.zeros_(first.bias);") == ["│ net  1 of 4 parameters changed in place: 0.bias"]
    assert prompt("first.eval();") == ["│ first  Linear  training=False  · training was True"]
    assert prompt("net.train();") == ["│ first  Linear  training=True  · training was False"]
    assert prompt("net.eval();") == ["│ net  Sequential  training=False  · training was True"]


@pytest.mark.parametrize("method", ["x.to('cpu')", "x.float()", "x.cpu()", "x.contiguous()", "x.to(torch.float32)"])
def test_a_method_that_returns_the_tensor_itself_says_so(prompt: Prompt, method: str) -> None:
    prompt("x = torch.ones(2)")
    assert prompt(f"x = {method}") == [line("x", "the same tensor as before", **VEC)]
    assert prompt(f"{method};") == []
    assert prompt("x = x") == []
    assert prompt("x = x.clone()") == [line("x", **VEC)]


@pytest.mark.parametrize(
    ("number", "value"),
    [
        ("13.", "13.0"),
        ("0.1", "0.1"),
        ("1 / 3", "0.33333334"),
        ("0.1, dtype=torch.float64", "0.1"),
        ("0.1, dtype=torch.bfloat16", "0.1"),
        ("0.1, dtype=torch.float16", "0.1"),
        ("1e-7", "1e-07"),
        ("2.**31", "2147483600.0"),
        ("-0.", "-0.0"),
        ("3", "3"),
        ("True", "True"),
        ("1 + 2j", "(1+2j)"),
        ("3.4028234663852886e38", "3.4028235e+38"),
    ],
)
def test_a_tensor_of_one_number_shows_it(prompt: Prompt, number: str, value: str) -> None:
    (told,) = prompt(f"x = torch.tensor({number})")
    assert told.endswith(f"  · value {value}")


def test_the_number_that_is_shown_is_the_new_one(prompt: Prompt) -> None:
    prompt("w = torch.tensor(2., requires_grad=True)")
    assert prompt("(w * 3).backward()")[0].endswith("· new · value 3.0")
    assert prompt("w.data += 1")[0].endswith("· changed in place · value 3.0")
    assert "value" not in prompt("v = torch.ones(1)")[0]
    assert "value" not in prompt("m = torch.ones((), device='meta')")[0]


def test_inference_is_told(prompt: Prompt) -> None:
    assert prompt("with torch.inference_mode(): x = torch.ones(2)\n") == [line("x", "inference", **VEC)]
    assert prompt("y = x.clone()") == [line("y", **VEC)]


def test_lazy_modules_tell_their_shapes(prompt: Prompt) -> None:
    prompt("net = nn.Sequential(nn.LazyLinear(4), nn.ReLU(), nn.LazyLinear(1)); one = nn.LazyLinear(3)")
    assert prompt("net(torch.ones(2, 20));") == [
        "│ net  4 of 4 parameters got their shapes: 0.weight (4, 20), 0.bias (4,), 2.weight (1, 4), 2.bias (1,)"
        "  · 89 values in all"
    ]
    assert prompt("one(torch.ones(1, 2));") == [
        "│ one  2 of 2 parameters got their shapes: weight (3, 2), bias (3,)  · 9 values in all"
    ]


def test_an_optimizer_tells_which_parameters_are_no_longer_in_the_module(prompt: Prompt) -> None:
    prompt("net = nn.Linear(2, 1); opt = torch.optim.SGD(net.parameters(), lr=0.1); other = nn.Linear(2, 1)")
    assert prompt("net.weight = nn.Parameter(torch.ones(1, 2))") == [
        "│ net  1 of 2 parameters new: weight",
        "│ opt  1 of 2 parameters are no longer in net: 0",
    ]
    assert prompt("net = nn.Linear(2, 1)") == [
        "│ net  Linear  2 parameters  3 values",
        "│ opt  1 of 2 parameters are no longer in net: 1",
    ]
    assert prompt("other = nn.Linear(2, 1)") == ["│ other  Linear  2 parameters  3 values"]
    assert prompt("opt = torch.optim.SGD(net.parameters(), lr=0.1)") == ["│ opt  SGD  2 parameters  lr=0.1"]


def test_a_two_layer_net_is_seen_to_learn(prompt: Prompt) -> None:
    prompt(
        """
torch.manual_seed(0);
x, y = torch.randn(64, 1000), torch.randn(64, 10)
w1, w2 = torch.randn(1000, 100, requires_grad=True), torch.randn(100, 10, requires_grad=True)
loss = (x.mm(w1).clamp(min=0).mm(w2) - y).pow(2).sum()
loss.backward()
"""
    )
    assert [told[:4] for told in prompt("for w in (w1, w2): w.data -= 1e-6 * w.grad\n")][:2] == ["│ w1", "│ w2"]
    assert [told[:4] for told in prompt("w1.data.sub_(1e-6 * w1.grad);")] == ["│ w1"]
    prompt("net = nn.Linear(784, 256)")
    assert prompt("net.weight.data.normal_(std=0.01);") == ["│ net  1 of 2 parameters changed in place: weight"]


@pytest.mark.parametrize("width", [10, 300, 1000, 3000])
def test_a_state_loaded_into_itself_changes_nothing_at_any_size(prompt: Prompt, width: int) -> None:
    prompt(f"net = nn.Sequential(nn.Linear({width}, {width}), nn.Linear({width}, 1)); state = net.state_dict();")
    prompt("net.load_state_dict(state);")
    assert prompt("net.load_state_dict(net.state_dict());") == []
    prompt("with torch.no_grad(): net[0].weight[3, 3] = 7\n")
    told = prompt("net[0].weight.data.mul_(2); net[1].bias.data.add_(1);")
    assert [text for text in told if text.startswith("│ net  ")][-2:] == [
        f"│ net  1 of 4 parameters changed in place: {name}" for name in ("0.weight", "1.bias")
    ]


def test_a_large_tensor_of_which_a_few_numbers_were_written_changed(prompt: Prompt) -> None:
    prompt("table = nn.Embedding(100_000, 64)")
    assert prompt("with torch.no_grad(): table.weight[777] = 3\n") == [
        "│ table  1 of 1 parameters changed in place: weight"
    ]


def test_a_warning_comes_once_as_in_python(prompt: Prompt) -> None:
    prompt("import warnings; warnings.filterwarnings('ignore', message='no such'); warnings.simplefilter('default')")
    prompt("seen = []; warnings.showwarning = lambda *args, **more: seen.append(args)")
    prompt("def f(): warnings.warn('hello')\n")
    for _ in range(3):
        prompt("f()")
    assert len(prompt["seen"]) == 1
    prompt("warnings.simplefilter('always')")
    prompt("f()\nf()")
    assert len(prompt["seen"]) == 3


def test_past_fifty_tensors_of_a_statement_only_what_it_asks_for_is_looked_into(prompt: Prompt) -> None:
    source = "for i in range({}): globals()[f't{{i}}'] = torch.full((2,), float('nan'))\n"
    told = shown(prompt.last(source.format(MOST_EXAMINED + 10)))
    assert [text.endswith("· has nan") for text in told] == [True] * 12 + [False]
    changes = prompt.last(source.format(MOST_EXAMINED + 10)).changes
    assert [bool(change.notes) for change in changes].count(True) == MOST_EXAMINED


def seconds(prompt: Prompt, source: str) -> float:
    """Processor time of the fastest of three."""
    took = []
    for _ in range(3):
        began = time.process_time()
        prompt.last(source)
        took.append(time.process_time() - began)
    return min(took)


def test_a_list_of_sixty_thousand_tensors_costs_no_statement_more_than_two_thousand(prompt: Prompt) -> None:
    prompt("held = [torch.ones(1) for _ in range(60_000)]")
    large = seconds(prompt, "n = 1")
    prompt("held = held[:3000]")
    assert large < 3 * seconds(prompt, "n = 1") + 0.01


def test_thousands_of_names_take_time_in_proportion(prompt: Prompt) -> None:
    source = "for i in range({}): globals()[f't{{i}}'] = torch.ones(2)\n"
    small = seconds(prompt, source.format(500))
    assert seconds(prompt, source.format(4000)) < 8 * 3 * small + 0.05
