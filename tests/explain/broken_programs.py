"""Programs of a few tensors and one expression, drawn at random; most of the expressions fail."""

from __future__ import annotations

import random
from collections.abc import Callable

_NAMES = ("x", "y", "w", "t")
_DTYPES = ("float32", "float32", "float32", "float64", "int64", "bool")


class _Draw(random.Random):
    """Sizes come from a few for each program, so that many shapes nearly fit."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.sizes = self.sample((1, 2, 3, 4, 5, 6), 3)


def _size(draw: _Draw) -> int:
    return draw.choice(draw.sizes)


def program(seed: int) -> tuple[str, str]:
    """What makes the tensors, and the statement to try."""
    draw = _Draw(seed)
    lines = [f"{name} = {_tensor(draw)}" for name in _NAMES]
    lines += [f"net = nn.Sequential(nn.Linear({_size(draw)}, {_size(draw)}), nn.ReLU(), nn.Linear({_size(draw)}, 2))"]
    lines += [f"conv = nn.Conv2d({_size(draw)}, 2, 3)", f"words = nn.Embedding({_size(draw)}, 3)"]
    return "\n".join(lines), _statement(draw)


def _tensor(draw: _Draw) -> str:
    shape = tuple(_size(draw) for _ in range(draw.choice((0, 1, 1, 2, 2, 2, 3))))
    dtype = draw.choice(_DTYPES)
    if dtype == "int64":
        made = f"torch.randint(0, 7, {shape})"
    elif dtype == "bool":
        made = f"torch.rand({shape}) > 0.5"
    else:
        made = f"torch.rand({shape}, dtype=torch.{dtype})"
        if draw.random() < 0.4:
            made += ".requires_grad_()"
    return made


def _statement(draw: _Draw) -> str:
    kind = draw.random()
    if kind < 0.08:
        return f"{draw.choice(_NAMES)} {draw.choice(('+=', '-=', '*=', '/=', '@='))} {_expression(draw, 1)}"
    if kind < 0.12:
        return f"{draw.choice(_NAMES)}[{_index(draw)}] = {_expression(draw, 1)}"
    if kind < 0.5:
        return f"result = {_expression(draw, 2)}"
    return _expression(draw, 2)


def _index(draw: _Draw) -> str:
    return draw.choice(
        ("0", "-1", "3", "5", ":, 0", ":, 4", "0, 0, 0", "1:3", "..., 0", "t", "[0, 3]", "x > 0", "t.bool()", "None, 1")
    )


def _numbers(draw: _Draw) -> str:
    return ", ".join(str(draw.choice((-1, 1, 2, 3, 4, 6))) for _ in range(draw.choice((1, 2, 2, 3))))


def _expression(draw: _Draw, depth: int) -> str:
    if depth <= 0:
        return draw.choice(_NAMES)
    one, two = (_expression(draw, depth - draw.choice((1, 1, 2))) for _ in range(2))
    forms: tuple[Callable[[], str], ...] = (
        lambda: f"{_operand(one)} {draw.choice('+-*/')} {_operand(two)}",
        lambda: f"{_operand(one)} @ {_operand(two)}",
        lambda: f"{_operand(one)} @ {_operand(two)}",
        lambda: f"torch.{draw.choice(('matmul', 'mm', 'add', 'mul', 'dot', 'mv', 'bmm', 'maximum'))}({one}, {two})",
        lambda: f"torch.{draw.choice(('cat', 'stack'))}([{one}, {two}]{draw.choice(('', ', dim=1', ', 0'))})",
        lambda: f"{_operand(one)}.{draw.choice(('view', 'reshape', 'expand', 'permute'))}({_numbers(draw)})",
        lambda: f"{_operand(one)}.{draw.choice(('T', 'T.view(-1)', 'mT', 'grad'))}",
        lambda: f"{_operand(one)}.{draw.choice(('sum', 'mean', 'argmax', 'squeeze', 'softmax'))}({draw.choice('012')})",
        lambda: f"{_operand(one)}.{draw.choice(('mean', 'sum', 'item', 'numpy', 'backward', 'std'))}()",
        lambda: f"{_operand(one)}[{_index(draw)}]",
        lambda: f"net({one})",
        lambda: f"conv({one})",
        lambda: f"words({one})",
        lambda: f"F.linear({one}, {two})",
        lambda: f"F.{draw.choice(('mse_loss', 'cross_entropy', 'binary_cross_entropy', 'nll_loss'))}({one}, {two})",
        lambda: f"{draw.choice(('float', 'int', 'bool'))}({one})",
        lambda: f"[a @ {_operand(two)} for a in ({one}, {one})]",
        lambda: f"(lambda a: a @ {_operand(two)})({one})",
        lambda: f"torch.where({one} > 0, {two}, {one})",
    )
    return draw.choice(forms)()


def _operand(text: str) -> str:
    return f"({text})" if any(sign in text for sign in " +-*/@") and not text.endswith(")") else text
