"""The shapes on a copy without data are those that the module really gives, and the module is as it was."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn

from ptrepl.engine.models.dry_run import LayerOutput, run_dry
from ptrepl.tutor.isolation.guard import random_state

X = torch.randn


class Residual(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)
        self.norm = nn.BatchNorm2d(channels)
        self.scale = torch.ones(channels, 1, 1)
        """Neither a parameter nor a buffer: it lies on the CPU whatever the module is moved to."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(self.norm(self.conv(x)) * self.scale) + x + torch.zeros(1, device="cpu").to("cpu")


class Attention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Embedding(11, 8)
        self.inner = nn.MultiheadAttention(8, 2, batch_first=True)
        self.head = nn.Linear(8, 3)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        x = self.embed(tokens) + torch.arange(tokens.shape[1], device=tokens.device)[:, None]
        hidden, _ = self.inner(x, x, x, need_weights=False)
        return self.head(hidden.mean(dim=1))


class Recurrent(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(4, 5, 2, batch_first=True)
        self.head = nn.Linear(5, 1)

    def forward(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
        h0 = torch.zeros(2, x.shape[0], 5)
        out, (h, _) = self.lstm(x, (h0, h0))
        return {"all": out, "last": self.head(h[-1])}


class Unrolled(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.step = nn.GRUCell(3, 3)

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        h, seen = torch.zeros_like(x[0]), []
        for each in x:
            h = self.step(each, h)
            seen.append(h)
        return seen


def lazy() -> nn.Module:
    return nn.Sequential(nn.LazyConv2d(4, 3), nn.Flatten(), nn.LazyLinear(2))


LAYERS: list[tuple[Callable[[], nn.Module], Callable[[], tuple[Any, ...]]]] = [
    (lambda: nn.Linear(3, 4), lambda: (X(2, 3),)),
    (lambda: nn.Bilinear(2, 3, 4), lambda: (X(5, 2), X(5, 3))),
    (lambda: nn.Conv1d(3, 4, 3), lambda: (X(2, 3, 9),)),
    (lambda: nn.Conv2d(3, 4, 3, stride=2), lambda: (X(2, 3, 9, 9),)),
    (lambda: nn.ConvTranspose2d(3, 4, 2, 2), lambda: (X(1, 3, 5, 5),)),
    (lambda: nn.BatchNorm1d(3), lambda: (X(4, 3),)),
    (lambda: nn.BatchNorm2d(3), lambda: (X(4, 3, 2, 2),)),
    (lambda: nn.LayerNorm(5), lambda: (X(2, 5),)),
    (lambda: nn.GroupNorm(2, 4), lambda: (X(2, 4, 3),)),
    (lambda: nn.MaxPool2d(2), lambda: (X(1, 3, 8, 8),)),
    (lambda: nn.AdaptiveAvgPool2d(1), lambda: (X(1, 3, 8, 8),)),
    (lambda: nn.Dropout(0.5), lambda: (X(3, 4),)),
    (lambda: nn.Softmax(-1), lambda: (X(3, 4),)),
    (lambda: nn.Flatten(), lambda: (X(2, 3, 4),)),
    (lambda: nn.Upsample(scale_factor=2), lambda: (X(1, 1, 4, 4),)),
    (lambda: nn.PixelShuffle(2), lambda: (X(1, 4, 3, 3),)),
    (lambda: nn.Embedding(10, 4), lambda: (torch.tensor([1, 2]),)),
    (lambda: nn.EmbeddingBag(10, 3), lambda: (torch.tensor([[1, 2]]),)),
    (lambda: nn.LSTM(3, 4), lambda: (X(5, 2, 3),)),
    (lambda: nn.GRU(3, 4, batch_first=True, bidirectional=True), lambda: (X(5, 2, 3),)),
    (lambda: nn.RNN(3, 4), lambda: (X(5, 3),)),
    (lambda: nn.LSTMCell(2, 3), lambda: (X(4, 2),)),
    (lambda: nn.MultiheadAttention(8, 2), lambda: (X(5, 1, 8),) * 3),
    (lambda: nn.TransformerEncoderLayer(8, 2, 16), lambda: (X(5, 2, 8),)),
    (lambda: nn.utils.parametrizations.weight_norm(nn.Linear(3, 4)), lambda: (X(2, 3),)),
]
MODELS: list[tuple[Callable[[], nn.Module], Callable[[], tuple[Any, ...]]]] = [
    (
        lambda: nn.Sequential(nn.Conv2d(3, 8, 3), Residual(8), nn.Flatten(), nn.Linear(8 * 36, 2)),
        lambda: (X(2, 3, 8, 8),),
    ),
    (Attention, lambda: (torch.randint(11, (2, 6)),)),
    (Recurrent, lambda: (X(2, 7, 4),)),
    (Unrolled, lambda: (X(3, 2, 3),)),
    (lambda: nn.Transformer(8, 2, 1, 1, 16, batch_first=True), lambda: (X(2, 5, 8), X(2, 4, 8))),
    (lazy, lambda: (X(2, 1, 6, 6),)),
]


def flat(value: Any) -> list[tuple[int, ...]]:
    """The shapes of the tensors in ``value``, in order."""
    if isinstance(value, torch.Tensor):
        return [tuple(value.shape)]
    if isinstance(value, dict):
        value = list(value.values())
    return [shape for each in value for shape in flat(each)] if isinstance(value, tuple | list) else []


@pytest.mark.parametrize(("make", "inputs"), LAYERS + MODELS)
@pytest.mark.parametrize("training", [True, False])
def test_shapes_agree_with_running_it_and_nothing_has_changed(
    make: Callable[[], nn.Module], inputs: Callable[[], tuple[Any, ...]], training: bool
) -> None:
    module, arguments = make().train(training), inputs()
    twin = copy.deepcopy(module)
    before, state = copy.deepcopy(module), random_state()
    attributes = {name: dict(each.__dict__) for name, each in module.named_modules()}
    found = run_dry(module, arguments)
    assert found.error is None, found.error
    assert found.result is not None
    assert torch.equal(random_state()[0], state[0])
    assert module.training is training
    assert {name: dict(each.__dict__) for name, each in module.named_modules()} == attributes
    for (name, one), (_, two) in zip(module.state_dict().items(), before.state_dict().items(), strict=True):
        if not isinstance(one, nn.UninitializedParameter):
            assert torch.equal(one, two), name
    assert all(parameter.grad is None for parameter in module.parameters())
    seen: dict[str, list[list[tuple[int, ...]]]] = {}
    for name, each in twin.named_modules():
        each.register_forward_hook(
            lambda _, __, output, name=name: seen.setdefault(name, []).append(flat(output))  # type: ignore[misc]
        )
    assert [shape for _, shape, _ in found.result.shapes] == flat(twin(*arguments))
    assert {
        name: [[shape for _, shape, _ in made.shapes] for made in calls] for name, calls in found.layers.items()
    } == seen


def test_a_layer_that_does_not_fit_is_named() -> None:
    net = nn.Sequential(nn.Linear(3, 4), nn.Sequential(nn.ReLU(), nn.Linear(5, 2)))
    found = run_dry(net, (X(2, 3),))
    assert isinstance(found.error, RuntimeError)
    assert found.stopped_in == "1.1"
    assert found.layers["0"] == [LayerOutput((("", (2, 4), "float32"),), "Tensor")]


def test_a_forward_that_looks_at_values_cannot_go_on() -> None:
    class Picky(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x if x.sum() > 0 else -x

    assert "meta tensors" in str(run_dry(Picky(), (X(2),)).error)


def test_what_forward_writes_down_stays_away_from_the_module_and_from_names_around_it() -> None:
    total = torch.zeros(())

    class Counting(nn.Module):
        calls = 0

        def __init__(self) -> None:
            super().__init__()
            self.seen: list[torch.Tensor] = []

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            self.calls += 1
            self.seen.append(x)
            total.add_(1)
            return x

    module = Counting()
    assert run_dry(module, (X(2),)).error is None
    assert (module.calls, module.seen, total.item()) == (0, [], 0)


def test_hooks_of_the_learners_do_not_run() -> None:
    seen: list[Any] = []
    net = nn.Sequential(nn.Linear(2, 2))
    net[0].register_forward_hook(lambda *_: seen.append(1))
    assert run_dry(net, (X(1, 2),)).error is None
    assert seen == []
    net(X(1, 2))
    assert seen == [1]


def test_a_module_that_runs_twice_has_both_outputs() -> None:
    class Twice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(2, 2)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.layer(self.layer(x))

    assert len(run_dry(Twice(), (X(3, 2),)).layers["layer"]) == 2


def test_arguments_have_names_too() -> None:
    class Scaled(nn.Module):
        def forward(self, x: torch.Tensor, *, by: torch.Tensor) -> torch.Tensor:
            return x * by

    found = run_dry(Scaled(), (torch.ones(2, 1),), named={"by": torch.ones(3)})
    assert found.error is None
    assert found.result is not None
    assert found.result.shapes[0][1] == (2, 3)


@pytest.mark.parametrize(
    ("layer", "x"),
    [
        (nn.Linear(2, 2), torch.ones(2, dtype=torch.long)),
        (nn.Linear(2, 2).half(), torch.ones(2)),
        (nn.Conv1d(2, 2, 1), torch.ones(1, 2, 3).double()),
        (nn.LSTM(2, 2), torch.ones(3, 1, 2).double()),
    ],
)
def test_a_dtype_that_torch_refuses_is_refused(layer: nn.Module, x: torch.Tensor) -> None:
    with pytest.raises((RuntimeError, ValueError)):
        layer(x)
    assert isinstance(run_dry(nn.Sequential(layer), (x,)).error, RuntimeError)


@pytest.mark.nightly  # its compiler takes seconds to import
@pytest.mark.filterwarnings("ignore")
def test_a_compiled_module_runs_as_it_was_written() -> None:
    compiled = torch.compile(nn.Sequential(nn.Linear(2, 3)))
    found = run_dry(compiled, (torch.ones(4, 2),))
    assert found.error is None
    assert found.layers["_orig_mod.0"][0].shapes[0][1] == (4, 3)
