"""Which of the typed lines some names stand as they do by."""

from __future__ import annotations

import ast

import pytest

from ptrepl.tutor.program_slice import program_slice, read_first

LOOP = "for step in range(9):\n    loss = f(w)\n    loss.backward()\n    w.data -= {rate} * w.grad\n"


def kept(source: str, names: str, *, recent: int = 0) -> str:
    tree = ast.parse(source)
    return ast.unparse(program_slice(tree, frozenset(names.split()), blocks=True, recent=recent))


@pytest.mark.parametrize(
    ("source", "last"),
    [
        (f"w = 1\n{LOOP.format(rate=1)}w = 2\n{LOOP.format(rate=3)}", f"w = 2\n{LOOP.format(rate=3)}"),
        (f"w = 1\n{LOOP.format(rate=1)}{LOOP.format(rate=3)}", f"w = 1\n{LOOP.format(rate=3)}"),
        ("w = 1\nprint(f(2))\nw = f(3)", "w = f(3)"),
        ("x[0] = 1\nw = x * 2", "x[0] = 1\nw = x * 2"),
        ("x.zero_()\nw = x * 2", "x.zero_()\nw = x * 2"),
        ("init.zeros_(x[0])\nw = x * 2", "init.zeros_(x[0])\nw = x * 2"),
        ("nn.init.zeros_(x)\nw = nn.Linear(2, 1)", "w = nn.Linear(2, 1)"),
        ("rate = 1\nw = 1\nw = rate * 2", "rate = 1\nw = rate * 2"),
    ],
)
def test_earlier_attempts_are_left_out(source: str, last: str) -> None:
    assert kept(source, "w") == ast.unparse(ast.parse(last))


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("sold.retain_grad()\nincome.backward()\none_more = sold.grad", "one_more"),
        ("income.backward()\none_more = 2 * sold.grad", "one_more"),
        ("income.backward()\nprice.data -= 1", "price"),
        ("optimizer.zero_grad()\nloss.backward()\noptimizer.step()", "net"),
        (
            "net = Net()\nopt = SGD(net)\nloss = net(x).mean()\nopt.zero_grad()\nloss.backward()\nopt.step()",
            "net",
        ),
    ],
)
def test_a_backward_pass_belongs_to_what_it_may_have_reached(source: str, names: str) -> None:
    assert kept(source, names) == ast.unparse(ast.parse(source))


@pytest.mark.parametrize(
    ("source", "names", "left"),
    [
        ("income.backward()\nw = 3", "w", "w = 3"),
        ("income.backward()\nw = tensor(3)\ny = w * 2\ny.backward()", "w", "w = tensor(3)\ny = w * 2\ny.backward()"),
        ("y = w * 2\ny.backward()\nw = tensor(3)", "w x", "w = tensor(3)"),
        ("net = Net()\nopt = SGD(net)\nopt.step()\nnet = Other()", "net", "net = Other()"),
        ("a = Net()\nb = Net()\nopt = SGD(a)\nopt.step()", "b", "b = Net()"),
    ],
)
def test_a_backward_pass_that_cannot_have_reached_it_is_left_out(source: str, names: str, left: str) -> None:
    assert kept(source, names) == ast.unparse(ast.parse(left))


def test_the_last_lines_stand_unless_they_were_overwritten() -> None:
    assert kept("w = 1\nz = 2\nz = 3", "w", recent=2) == "w = 1\nz = 3"


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("for a in b:\n    c = a + d\n    e = c", "b d"),
        ("def f(a, b=c):\n    d = a + e\n    return d + f(b)", "c e"),
        ("with g():\n    a = 1\nb = a", "g"),
        ("if a:\n    b = 1\nc = b", "a b"),
        ("a += 1", "a"),
    ],
)
def test_names_that_must_be_there_before(source: str, names: str) -> None:
    assert read_first(ast.parse(source).body) == frozenset(names.split())


@pytest.mark.parametrize(
    ("writes", "left_out"),
    [
        ("torch.save(net, path)", ""),
        ("def keep():\n    torch.save(net, path)\nkeep()", ""),
        ("", "print(net)"),
        ("", "def keep():\n    torch.save(net, path)"),
    ],
)
def test_what_leaves_a_file_is_part_of_what_reads_it(writes: str, left_out: str) -> None:
    reads = "def back(path):\n    return torch.load(path)"
    made = "net = Net()\n" if writes else ""
    source = f"{made}{writes}\n{left_out}\n{reads}"
    assert kept(source, "back") == ast.unparse(ast.parse(f"{made}{writes}\n{reads}"))


def attempt(answer: str) -> str:
    return (
        "class Steep(Function):\n    def backward(ctx, slope):\n        x = ctx.saved\n        return "
        f"{answer}\n\nbend = Steep.apply\nx = tensor(3)\nbend(x).backward()\n"
    )


def test_the_names_of_a_class_of_its_own_are_not_those_of_the_prompt() -> None:
    assert kept(attempt("x > 0") + attempt("slope"), "bend x Steep") == ast.unparse(ast.parse(attempt("slope")))
    old = "class Net(Module):\n    def __init__(self):\n        super({}, self).__init__()\nnet = Net()"
    assert kept(f"{old.format('Module')}\n{old.format('Net')}", "net") == ast.unparse(ast.parse(old.format("Net")))


@pytest.mark.parametrize(
    ("source", "last"),
    [
        ("path = walk(1)\nheight(path)\npath = walk(2)", "path = walk(2)"),
        ("path = walk(1)\nplaces.append(path)\npath = walk(2)", "path = walk(1)\nplaces.append(path)\npath = walk(2)"),
    ],
)
def test_a_call_leaves_the_function_as_it_is(source: str, last: str) -> None:
    assert kept(source, "path height places") == ast.unparse(ast.parse(last))
