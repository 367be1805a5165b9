"""Where every element went: the same that torch did, on random expressions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pytest
import torch
from hypothesis import event, given, settings
from hypothesis import strategies as st

from ptrepl.engine.layouts.expression import NotShown, Obstacle
from ptrepl.engine.layouts.functions import ElementEffect
from ptrepl.engine.layouts.layout import ElementLayout, RefusedLayout
from tests.engine.layouts.expressions import (
    ELEMENTWISE,
    JOINS,
    PAIRS,
    PRODUCTS,
    REDUCTIONS,
    SHAPES,
    layout,
    moves,
    shown,
    tensors,
)

# torch's: of .T of what is no matrix, and of the standard deviation of one number
pytestmark = pytest.mark.filterwarnings("ignore")

EXPRESSIONS = 150
"""Of each kind in every run. Those of the nightly one are as many as it takes for torch to accept a thousand."""
CHAINS = moves() | moves().flatmap(lambda code: moves(of=code))
Pair = tuple[tuple[int, ...], tuple[int, ...]]
SEEDS = st.integers(0, 10**6)


def same(one: Any, other: Any) -> bool:
    return bool(one == other) or (one != one and other != other)


def computed(code: str, names: dict[str, Any]) -> list[Any] | Exception:
    """What torch gives, or raises."""
    try:
        result = eval(code, dict(names))
    except Exception as error:
        return error
    return [result] if isinstance(result, torch.Tensor) else [*result]


def read(code: str, names: dict[str, Any]) -> tuple[ElementLayout, list[Any]] | None:
    """The layout, after it was seen that its values are torch's; None where torch refuses the expression."""
    before = {name: each.clone() for name, each in names.items() if isinstance(each, torch.Tensor)}
    results = computed(code, names)
    try:
        found = shown(code, names)
    except NotShown as missing:
        silent = missing.why
    else:
        silent = None
    # what torch accepts is shown, but for x.unbind() of nothing and a part of a tuple, such as x.sort()[1:]
    refused = isinstance(results, Exception)
    assert silent is None or refused or results == [] or silent is Obstacle.VALUE, code
    event("compared" if silent is None and not isinstance(results, Exception) else "refused")
    if silent is not None:
        return None
    if isinstance(results, Exception):
        assert isinstance(found, RefusedLayout), code
        assert type(found.error) is type(results), code
        return None
    assert isinstance(found, ElementLayout), (code, found)
    for each, result in zip(found.results, results, strict=True):
        assert each.tensor.shape == tuple(result.shape)
        if result.numel() <= 64 and each.tensor.values is not None:
            assert all(map(same, each.tensor.values, result.reshape(-1).tolist())), code
    assert all(torch.equal(names[name], each) for name, each in before.items()), code
    return None if found.scheme is not None else (found, results)


def operand_values(found: ElementLayout, place: int) -> tuple[Any, ...]:
    values = found.operands[place].values
    assert values is not None
    return values


def values_at(found: ElementLayout, sources: Sequence[tuple[int, int]]) -> list[Any]:
    return [operand_values(found, place)[at] for place, at in sources]


def moves_agree(code: str, x: tuple[int, ...], y: tuple[int, ...], seed: int) -> None:
    """Values are all different, so that an element is known by its value wherever it went."""
    got = read(code, tensors(x, y, seed))
    if got is None:
        return
    found, results = got
    assert found.effect is ElementEffect.MOVE
    homes: dict[Any, set[tuple[int, int]]] = {}  # several of what an earlier step filled with a constant
    for place, each in enumerate(found.operands):
        for at, value in enumerate((each.values or ()) if each.moves else ()):
            homes.setdefault(value, set()).add((place, at))
    steps = [(each, torch.tensor(each.tensor.values)) for each in found.stages]
    for each, result in [*steps, *zip(found.results, results, strict=True)]:
        if not result.is_floating_point():
            continue  # indices, which stand beside the values
        for sources, value in zip(each.sources, result.reshape(-1).tolist(), strict=True):
            assert {*sources} <= homes.get(value, set()), code
            # a constant is whole, which no element of x and y is
            assert sources or value not in homes or value == int(value), code


def elementwise_agrees(code: str, x: tuple[int, ...], y: tuple[int, ...], seed: int) -> None:
    """The expression, computed again for each element alone."""
    names = tensors(x, y, seed)
    got = read(code, names)
    if got is None:
        return
    found, [result] = got
    assert found.effect is ElementEffect.ELEMENTWISE
    alone = code.replace("[:, None]", "").replace(".unsqueeze(-1)", "")
    codes = [each.code for each in found.operands]
    for at, sources in enumerate(found.results[0].sources):
        given = {"torch": torch}
        for place, source in sources:
            name = "x" if "x" in codes[place] else "y"
            value = operand_values(found, place)[source]
            # of a comparison, the operand is True or False
            given[name] = torch.tensor(value * 2 - 1 if isinstance(value, bool) else value, dtype=torch.float64)
        again = eval(alone, given)
        assert torch.allclose(again.double(), result.reshape(-1)[at].double(), equal_nan=True), code


def dependent(code: str, names: dict[str, Any], element: int, name: str) -> set[int]:
    """The elements that one of the result depends on: changed one by one, they change it or make it nan."""
    inputs = names[name].clone().requires_grad_()
    result = eval(code, {**names, name: inputs})
    if not isinstance(result, torch.Tensor):
        result = result[0]
    [gradient] = torch.autograd.grad(result.reshape(-1)[element], inputs, allow_unused=True)
    return set() if gradient is None else {*gradient.reshape(-1).nonzero().reshape(-1).tolist()}


SMOOTH = (
    "sum",
    "mean",
    "prod",
    "norm",
    "cumsum",
    "cumprod",
    "softmax",
    "logsumexp",
    "avg_pool",
    "trace",
    "diff",
    "normal",
)


def reduction_agrees(code: str, x: tuple[int, ...], seed: int) -> None:
    """By autograd where the function is smooth, else by computing it again of the sources alone."""
    names = tensors(x, (), seed)
    got = read(code, names)
    if got is None:
        return
    found, results = got
    for each, result in zip(found.results, results, strict=True):
        if not result.is_floating_point():
            continue
        for at, sources in enumerate(each.sources):
            places = {place for _, place in sources}
            if ("softmax" in code or "normalize" in code) and len(places) == 1:
                # of a row of one: 1, or its sign, whatever the element is
                assert set(result.abs().unique().tolist()) <= {0.0, 1.0}, code
            elif any(name in code for name in SMOOTH):
                assert dependent(code, names, at, "x") == places, code
            elif sources:
                one = torch.tensor(values_at(found, sources), dtype=torch.float64)
                name = next(each for each in ("amax", "max", "min", "median", "std", "var") if each in code)
                again = getattr(one, name)()
                assert torch.allclose(again, result.reshape(-1)[at], equal_nan=True), code


def product_agrees(code: str, x: tuple[int, ...], y: tuple[int, ...], seed: int, element: int) -> None:
    """By autograd, and by adding up the products that are told."""
    names = tensors(x, y, seed)
    got = read(code, names)
    if got is None:
        return
    found, [result] = got
    assert found.effect is ElementEffect.PRODUCT
    if not result.numel():
        return
    element %= result.numel()
    index = [int(each) for each in torch.unravel_index(torch.tensor(element), result.shape)]
    asked = shown(code, names, tuple(index))
    assert isinstance(asked, ElementLayout)
    assert asked.chosen == element
    if asked.terms:
        told = sum(math.prod(values_at(asked, term)) for term in asked.terms)
        assert told == pytest.approx(result.reshape(-1)[element].item()), code
        assert {each for term in asked.terms for each in term} == {*asked.results[0].sources[element]}, code
    if "x @ x" in code:
        return  # one tensor twice has one gradient
    for place, name in enumerate(("x", "y")[: len(found.operands)]):
        own = {at for owner, at in found.results[0].sources[element] if owner == place}
        reached = dependent(code, names, element, name)
        values = operand_values(found, place)
        if ".mT" not in code and ".T" not in code:
            assert reached == own, code
        flat = names[name].reshape(-1).tolist()
        assert {flat[at] for at in reached} == {values[at] for at in own}, code


@settings(max_examples=EXPRESSIONS, deadline=None)
@given(code=CHAINS | JOINS, pair=PAIRS, seed=SEEDS)
def test_moves(code: str, pair: Pair, seed: int) -> None:
    moves_agree(code, *pair, seed)


@settings(max_examples=EXPRESSIONS, deadline=None)
@given(code=ELEMENTWISE, pair=PAIRS, seed=SEEDS)
def test_broadcasting(code: str, pair: Pair, seed: int) -> None:
    elementwise_agrees(code, *pair, seed)


@settings(max_examples=EXPRESSIONS, deadline=None)
@given(code=REDUCTIONS, x=SHAPES, seed=SEEDS)
def test_reductions(code: str, x: tuple[int, ...], seed: int) -> None:
    reduction_agrees(code, x, seed)


@settings(max_examples=EXPRESSIONS, deadline=None)
@given(code=PRODUCTS, pair=PAIRS, seed=SEEDS, element=st.integers(0, 63))
def test_products(code: str, pair: Pair, seed: int, element: int) -> None:
    product_agrees(code, *pair, seed, element)


@pytest.mark.nightly
@settings(max_examples=3000, deadline=None)
@given(code=CHAINS | JOINS, pair=PAIRS, seed=SEEDS)
def test_a_thousand_moves(code: str, pair: Pair, seed: int) -> None:
    moves_agree(code, *pair, seed)


@pytest.mark.nightly
@settings(max_examples=1300, deadline=None)
@given(code=ELEMENTWISE, pair=PAIRS, seed=SEEDS)
def test_a_thousand_broadcasts(code: str, pair: Pair, seed: int) -> None:
    elementwise_agrees(code, *pair, seed)


@pytest.mark.nightly
@settings(max_examples=1500, deadline=None)
@given(code=REDUCTIONS, x=SHAPES, seed=SEEDS)
def test_a_thousand_reductions(code: str, x: tuple[int, ...], seed: int) -> None:
    reduction_agrees(code, x, seed)


@pytest.mark.nightly
@settings(max_examples=4500, deadline=None)
@given(code=PRODUCTS, pair=PAIRS, seed=SEEDS, element=st.integers(0, 63))
def test_a_thousand_products(code: str, pair: Pair, seed: int, element: int) -> None:
    product_agrees(code, *pair, seed, element)


def test_moves_that_follow_each_other_are_followed_from_the_first_tensor() -> None:
    found = layout("x.T.flatten()", x=torch.arange(6).view(2, 3))
    assert [each.tensor.code for each in found.stages] == ["x.T"]
    assert [at for [(_, at)] in found.results[0].sources] == [0, 3, 1, 4, 2, 5]


def test_of_a_product_each_term_is_told() -> None:
    a, b = torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([[5.0, 6.0], [7.0, 8.0]])
    found = layout("a @ b", (1, -1), a=a, b=b)
    assert found.chosen == 3
    assert found.terms == (((0, 2), (1, 1)), ((0, 3), (1, 3)))
    bias = layout("torch.nn.functional.linear(a, b, c)", (0, 1), a=a, b=b, c=torch.ones(2))
    assert bias.terms == (((0, 0), (1, 2)), ((0, 1), (1, 3)), ((2, 1),))


def test_constants_have_no_source() -> None:
    found = layout("torch.nn.functional.pad(x, (1, 0), value=float('-inf'))", x=torch.ones(1))
    assert found.results[0].sources == ((), ((0, 0),))
    assert layout("x.tril()", x=torch.zeros(1, 2)).results[0].sources == (((0, 0),), ())


def test_what_says_where_elements_go_is_no_source() -> None:
    x, i = torch.tensor([10, 20, 30]), torch.tensor([2, 0])
    for code in ("x[i]", "x.take(i)", "x.index_select(0, i)", "x.gather(0, i)"):
        found = layout(code, x=x, i=i)
        assert [(each.code, each.moves) for each in found.operands] == [("x", True), ("i", False)]
        assert found.results[0].sources == (((0, 2),), ((0, 0),))


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("x", Obstacle.NO_OPERATION),
        ("x.add_(1)", Obstacle.UNKNOWN_FUNCTION),
        ("net(x)", Obstacle.UNKNOWN_FUNCTION),
        ("own(x)", Obstacle.UNKNOWN_FUNCTION),
        ("torch.ones(2)", Obstacle.NO_TENSOR),
        ("x.view(torch.float32)", Obstacle.SOURCES),
        ("[each for each in x]", Obstacle.UNKNOWN_SYNTAX),
        ("x + loud", Obstacle.VALUE),
        ("x @", Obstacle.NOT_CODE),
        ("sparse + x", Obstacle.NOT_DENSE),
    ],
)
def test_what_is_not_followed_is_not_run(code: str, why: Obstacle) -> None:
    ran = []

    class Loud:
        def __radd__(self, other: Any) -> Any:
            ran.append(other)

    names = {"x": torch.arange(3), "net": torch.nn.Linear(3, 3), "own": ran.append, "loud": Loud()}
    names["sparse"] = torch.ones(3).to_sparse()
    with pytest.raises(NotShown) as caught:
        layout(code, **names)
    assert caught.value.why is why
    assert not ran


def test_a_function_that_the_learner_put_into_torch_is_not_run(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[Any] = []
    monkeypatch.setattr(torch, "flip", torch.no_grad()(ran.append))
    monkeypatch.setattr(torch.Tensor, "tril", torch.no_grad()(ran.append))
    for code in ("torch.flip(x)", "x.tril()"):
        with pytest.raises(NotShown):
            layout(code, x=torch.ones(2, 2))
    assert not ran


def test_a_path_leads_to_a_tensor() -> None:
    data = {"rows": [torch.arange(2), torch.arange(3)]}
    found = layout("data['rows'][1].flip(0)", data=data)
    assert found.operands[0].code == "data['rows'][1]"
    assert [at for [(_, at)] in found.results[0].sources] == [2, 1, 0]


class Watched(torch.Tensor):
    """A class of the learner's whose every use is an error."""

    @classmethod
    def __torch_function__(cls, function: Any, types: Any, arguments: Any = (), keywords: Any = None) -> Any:
        raise AssertionError("the learner's code ran")


def test_a_class_of_the_learners_is_not_asked() -> None:
    x = torch.ones(2, 2).as_subclass(Watched)
    assert layout("x.T.sum(0)", x=x).results[0].tensor.values == (2.0, 2.0)


def test_a_graph_is_not_made_and_gradients_stay() -> None:
    w = torch.ones(2, requires_grad=True)
    layout("w * w", w=w)
    assert w.grad is None
    assert w._version == 0


def test_large_ones_have_a_scheme() -> None:
    big, bias = torch.zeros(32, 3, 8, 8), torch.zeros(3, 1, 1)
    scheme = layout("big + bias", big=big, bias=bias).scheme
    assert scheme is not None
    assert scheme.stretched == ((1, 0), (1, 2), (1, 3))
    scheme = layout("big.flatten(1).T", big=big).scheme
    assert scheme is not None
    assert scheme.moved is not None
    huge = layout("a @ b", a=torch.zeros(10**5, 1), b=torch.zeros(1, 10**5))
    assert huge.results[0].tensor.shape == (10**5, 10**5)
    assert huge.scheme is not None
    assert (huge.scheme.names, huge.scheme.gone) == (("i", "j", "k"), (1,))


def moved(code: str) -> list[tuple[str, tuple[int, ...]]]:
    scheme = layout(code, x=torch.zeros(4, 6, 8)).scheme
    assert scheme is not None
    assert scheme.moved is not None
    return [(each.origin.name, each.dims) for each in scheme.moved]


def test_of_large_moves_the_dims_are_followed() -> None:
    assert moved("x.permute(2, 0, 1)") == [("WHOLE", (2,)), ("WHOLE", (0,)), ("WHOLE", (1,))]
    assert moved("x.flatten(1)") == [("WHOLE", (0,)), ("MERGED", (1, 2))]
    assert moved("x.view(2, 2, 6, 8)") == [("SPLIT", (0,)), ("SPLIT", (0,)), ("WHOLE", (1,)), ("WHOLE", (2,))]
    assert moved("x[:, ::2]") == [("WHOLE", (0,)), ("PART", (1,)), ("WHOLE", (2,))]
    assert moved("x.flip(1)") == [("WHOLE", (0,)), ("REVERSED", (1,)), ("WHOLE", (2,))]
    assert moved("x[:, None]") == [("WHOLE", (0,)), ("NEW", ()), ("WHOLE", (1,)), ("WHOLE", (2,))]
    assert moved("x.expand(2, 4, 6, 8)")[0] == ("COPIES", ())
    joint = layout("torch.cat([x, y], 1)", x=torch.zeros(9, 9), y=torch.zeros(9, 3)).scheme
    assert joint is not None
    assert joint.joint is not None
    assert (joint.joint.dim, joint.joint.pieces) == (1, ((0, 0, 9), (1, 9, 12)))


def test_of_refused_operands_the_dims_that_clash_are_known() -> None:
    names = {"torch": torch, "a": torch.zeros(2, 3), "b": torch.zeros(4, 3)}
    costly = shown("torch.outer(v, v).view(3) + a.view(7)", {"torch": torch, "v": torch.zeros(3000), "a": names["a"]})
    assert isinstance(costly, RefusedLayout)
    assert not costly.copies
    for code, clashes in (("a + b", (0,)), ("a @ b", (1,)), ("torch.cat([a, b], dim=1)", (0,)), ("a.view(5)", ())):
        found = shown(code, names)
        assert isinstance(found, RefusedLayout)
        assert found.scheme is not None
        assert found.scheme.clashes == clashes
