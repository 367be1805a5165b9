"""Gradients: new, accumulated, replaced, cleared, scaled; each told once, under the tensor whose gradient it is."""

from __future__ import annotations

import pytest

from tests.engine.prompt import Prompt, line

W = "w = torch.tensor([3., 4.], requires_grad=True)"
BACKWARD = "(w * w).sum().backward()"
VEC = {"shape": "(2,)"}


def grad(*notes: str, of: str = "w", **facts: str) -> str:
    return line(f"{of}.grad", *notes, **(VEC | facts))


NEW, ACCUMULATED, WRITTEN = grad("new"), grad("accumulated"), grad("changed in place")
CLEARED = "│ w.grad  None  · cleared"


@pytest.fixture
def at_w(prompt: Prompt) -> Prompt:
    prompt("import warnings; warnings.simplefilter('ignore')")
    prompt(f"{W}\nv = torch.ones(2, requires_grad=True)")
    return prompt


def test_the_first_backward_makes_a_gradient_the_second_adds_to_it(at_w: Prompt) -> None:
    assert at_w(BACKWARD) == [NEW]
    assert at_w(BACKWARD) == [ACCUMULATED]
    assert at_w(BACKWARD) == [ACCUMULATED]


def test_cleared_in_between_it_is_new_each_time(at_w: Prompt) -> None:
    at_w(BACKWARD)
    for _ in range(20):  # the new gradient often stands at the address of the old one
        assert at_w("w.grad = None") == [CLEARED]
        assert at_w(BACKWARD) == [NEW]


def test_added_to_zeros_it_is_not_accumulated(at_w: Prompt) -> None:
    at_w(BACKWARD)
    assert at_w("w.grad.zero_();") == [WRITTEN]
    assert at_w(BACKWARD) == [WRITTEN]
    assert at_w(BACKWARD) == [ACCUMULATED]


@pytest.mark.parametrize(
    "statement",
    [
        BACKWARD,
        "torch.autograd.backward((w * w).sum())",
        "for _ in range(3): (w * w).sum().backward()",
        "if True:\n    (w * w).sum().backward()\n",
        "go()",
        "deep()",
        "Trainer().step()",
        "trainer.step()",
        "[function() for function in (go, go)];",
        "(w * w).sum().backward(create_graph=True)",
        "w.sum().backward(create_graph=True)",
        "(w * w).backward(torch.ones(2))",
        "(w * w).backward(gradient=torch.ones(2), inputs=[w])",
    ],
)
def test_whatever_calls_backward_again_accumulates(at_w: Prompt, statement: str) -> None:
    at_w(
        """
def go():
    (w * w).sum().backward()

def deep():
    go()

class Trainer:
    def step(self):
        deep()

trainer = Trainer()
"""
    )
    at_w(BACKWARD)
    (told,) = [text for text in at_w(statement) if text.startswith("│ w.grad  ")]
    assert told.endswith("  · accumulated")


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("w.grad = torch.ones(2)", grad("changed")),
        ("if True: w.grad = None; (w * w).sum().backward()", NEW),
        ("for _ in range(3):\n    w.grad = None\n    (w * w).sum().backward()\n", NEW),
        ("for _ in range(3):\n    del w.grad\n    (w * w).sum().backward()\n", NEW),
        ("def fresh():\n    w.grad = None\n    (w * w * w).sum().backward()\n\nfresh()", NEW),
        ("for _ in range(3):\n    w.grad.zero_()\n    (w * w * w).sum().backward()\n", WRITTEN),
        ("w.grad.zero_()", WRITTEN),
        ("w.grad.zero_();", WRITTEN),
        ("w.grad *= 2", WRITTEN),
        ("w.grad.data.add_(1);", WRITTEN),
        ("w.grad.numpy()[0] = 0", WRITTEN),
        ("w.grad[0] = float('nan')", grad("changed in place", "has nan")),
        ("nn.utils.clip_grad_norm_([w], 0.1);", WRITTEN),
        ("nn.utils.clip_grad_value_([w], 0.1)", WRITTEN),
    ],
)
def test_a_gradient_that_was_replaced_or_written(at_w: Prompt, statement: str, told: str) -> None:
    at_w(BACKWARD)
    assert at_w(statement) == [told]


@pytest.mark.parametrize(
    "statement",
    [
        "w.grad;",
        "w.grad = w.grad",
        "w.grad.mul_(1);",
        "torch.autograd.grad((w * w).sum(), [w]);",
        "nn.utils.clip_grad_norm_([w], 1e9);",
        "(v * v).sum().item();",
    ],
)
def test_what_leaves_the_gradient_alone_says_nothing(at_w: Prompt, statement: str) -> None:
    at_w(BACKWARD)
    assert at_w(statement) == []


@pytest.mark.parametrize("statement", ["w.grad = None", "del w.grad", "opt.zero_grad()", "clear()"])
def test_a_gradient_that_was_taken_away_is_told_by_name(at_w: Prompt, statement: str) -> None:
    at_w("def clear():\n    w.grad = None\n")
    at_w("opt = torch.optim.SGD([w, v], lr=0.1)")
    at_w(BACKWARD)
    assert at_w(statement) == [CLEARED]
    assert at_w(statement) == []


def test_no_gradient_of_anything_else_is_told(at_w: Prompt) -> None:
    at_w(BACKWARD)
    assert at_w("v.sum().backward()") == [grad("new", of="v")]
    assert at_w("(w * v).sum().backward()") == [ACCUMULATED, grad("accumulated", of="v")]


def test_a_write_to_the_tensor_and_to_its_gradient_are_two_lines(at_w: Prompt) -> None:
    step = "(w * w).sum().backward()\nwith torch.no_grad(): w -= 0.1 * w.grad"
    source = f"for _ in range(2):\n    w.grad = None\n    {step.replace(chr(10), chr(10) + '    ')}\n"
    assert at_w(source) == [line("w", "changed in place", **VEC), NEW]


def test_a_name_for_the_gradient_sees_it_change(at_w: Prompt) -> None:
    at_w(BACKWARD)
    assert at_w("g = w.grad") == [line("g", "same object as w.grad", **VEC)]
    assert at_w(BACKWARD) == [
        grad("accumulated", "same object as g"),
        line("g", "changed in place", "same object as w.grad", **VEC),
    ]
    assert at_w("w.grad = None") == [CLEARED]
    assert at_w(BACKWARD) == [NEW]


def test_a_gradient_looked_at_has_a_line(at_w: Prompt, capsys: pytest.CaptureFixture[str]) -> None:
    at_w(BACKWARD)
    assert at_w("w.grad") == [grad()]
    assert capsys.readouterr().out == "tensor([6., 8.])\n"


def test_a_tensor_in_the_middle_keeps_its_gradient_only_if_asked(at_w: Prompt) -> None:
    at_w("y = w * 2; z = w * 3; z.retain_grad()")
    assert at_w("(y + z).sum().backward()") == [NEW, grad("new", of="z")]
    assert at_w("y.grad;") == []


def test_a_sparse_gradient(at_w: Prompt) -> None:
    at_w("table = nn.Parameter(torch.ones(4, 2))")
    lookup = "F.embedding(torch.tensor([1]), table, sparse=True).sum().backward()"
    told = [grad(note, "not contiguous", of="table", shape="(4, 2)") for note in ("new", "accumulated")]
    assert at_w(lookup) == told[:1]
    assert at_w(lookup) == told[1:]


def test_two_names_of_one_tensor_tell_its_gradient_once(at_w: Prompt) -> None:
    at_w("alias = w")
    assert at_w(BACKWARD) == [NEW]


def test_large_gradients_are_known_by_the_version_counter(at_w: Prompt) -> None:
    at_w("big = torch.ones(200, 200, requires_grad=True)")
    shape = {"shape": "(200, 200)"}
    assert at_w("big.sum().backward()") == [grad("new", of="big", **shape)]
    assert at_w("big.sum().backward()") == [grad("accumulated", of="big", **shape)]
    assert at_w("big.grad.zero_();") == [grad("changed in place", of="big", **shape)]


ZEROED = {
    "large": ("w = torch.ones(200, 100, requires_grad=True)", "w.grad.zero_();"),
    "after numpy": (W, "w.grad.numpy(); w.grad.zero_();"),
    "large after numpy": ("w = torch.ones(200, 100, requires_grad=True)", "w.grad.numpy(); w.grad.zero_();"),
    "very large": ("w = torch.ones(600, 600, requires_grad=True)", "w.grad.zero_();"),
    "through data": ("w = torch.ones(600, 600, requires_grad=True)", "w.grad.data.fill_(0);"),
    "sparse": ("w = torch.ones(4, 2, requires_grad=True)", "w.grad.zero_();"),
}


@pytest.mark.parametrize("kind", ZEROED)
def test_nothing_is_added_to_a_gradient_that_was_zeroed(at_w: Prompt, kind: str) -> None:
    made, zero = ZEROED[kind]
    loss = "F.embedding(torch.tensor([1]), w, sparse=True)" if kind == "sparse" else "(w * 3)"
    at_w(made)
    at_w(f"{loss}.sum().backward()")
    for _ in range(2):
        at_w(zero)
        (told,) = at_w(f"{loss}.sum().backward()")
        assert "changed in place" in told
        assert "accumulated" not in told
        (told,) = at_w(f"{loss}.sum().backward()")
        assert "accumulated" in told


@pytest.mark.parametrize(
    "statement",
    [
        "for _ in range(2):\n    (w * w).sum().backward()\n    ema.mul_(0.9).add_(w.detach())\n",
        "for _ in range(2):\n    (w * w).sum().backward()\n    ema.copy_(w.detach())\n",
        "for i in range(2):\n    (w * w).sum().backward()\n    ema[i] = 1\n",
        "if True:\n    ema.zero_()\n    (w * w).sum().backward()\n",
        "steps['go']()",
        "steps['often'][0]()",
        "bound()",
        "[f() for f in many];",
    ],
)
def test_what_is_written_beside_backward_hides_no_accumulation(at_w: Prompt, statement: str) -> None:
    at_w(
        """
import functools
ema = torch.ones(2)
def go(loss=None):
    (w * w).sum().backward()

bound = functools.partial(go, loss=1)
many = [go, bound]
steps = {"go": go, "often": many}
"""
    )
    at_w(BACKWARD)
    (told,) = [text for text in at_w(statement) if text.startswith("│ w.grad  ")]
    assert told.endswith("  · accumulated")


@pytest.mark.parametrize(
    "statement",
    [
        "go()",
        "if True:\n    hidden.clear()\n    (w * w).sum().backward()\n    hidden.clear()\n",
        "if True:\n    hidden.clear()\n    (w * w).sum().backward()\n",
        "if True:\n    v.sum().backward()\n    w.grad.mul_(0.5)\n",
        "if True:\n    v.sum().backward()\n    g = w.grad\n    g *= 0.5\n",
        "if True:\n    v.sum().backward()\n    w.grad[0] = 5\n",
        "if True:\n    v.sum().backward()\n    w.grad.zero_()\n",
    ],
)
def test_what_may_be_the_work_of_something_else_is_not_called_accumulated(at_w: Prompt, statement: str) -> None:
    at_w(
        """
import types
hidden = types.SimpleNamespace(clear=torch.zero_)
hidden.clear = lambda: torch._foreach_mul_([w.grad], 0)
def go():
    hidden.clear()
    (w * w).sum().backward()

"""
    )
    at_w(BACKWARD)
    assert not [text for text in at_w(statement) if text.startswith("│ w.grad  ") and "accumulated" in text]
