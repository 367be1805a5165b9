"""What the table does not know is left alone: the plain traceback, unharmed; and nothing runs a second time."""

from __future__ import annotations

import dataclasses
import functools
from pathlib import Path

import pytest
import torch
from torch import nn

from ptrepl.engine.run.failure import report_of
from ptrepl.explain.explain import explain
from ptrepl.explain.rules import table
from ptrepl.explain.standins.bounds import Broken, is_small, tensors_in
from ptrepl.explain.standins.calling import Unknown, call_on_standins
from ptrepl.explain.standins.large import layer_result
from ptrepl.explain.standins.untouched import patched_functions, reaches
from ptrepl.screen.explanation import failure_lines
from ptrepl.screen.line import plain
from ptrepl.screen.tracebacks import error_lines
from tests.explain.failing import fails, session

PRODUCT = "mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)"
FAILURES = (
    "1 / 0",
    "int('x')",
    "float('one')",
    "{}['missing']",
    "[1, 2][5]",
    "(1, 2)[7]",
    "'abc'[9]",
    "[].pop()",
    "{1, 2}.remove(3)",
    "[1].index(4)",
    "open('/no/such/file')",
    "__import__('no_such_module_at_all')",
    "__import__('json').loads('{')",
    "__import__('json').dumps(object())",
    "__import__('re').compile('(')",
    "__import__('datetime').date(2026, 13, 1)",
    "__import__('decimal').Decimal('x')",
    "__import__('fractions').Fraction(1, 0)",
    "__import__('math').sqrt(-1)",
    "__import__('math').factorial(-1)",
    "__import__('struct').unpack('i', b'')",
    "__import__('base64').b64decode('a')",
    "__import__('zlib').decompress(b'x')",
    "__import__('pickle').loads(b'x')",
    "__import__('numpy').ones((2, 3)) @ __import__('numpy').ones((2, 3))",
    "__import__('numpy').ones(3) + __import__('numpy').ones(4)",
    "__import__('numpy').ones(3).reshape(2, 2)",
    "__import__('numpy').ones(3)[5]",
    "b'abc'.decode('no-such-encoding')",
    "b'\\xff'.decode()",
    "next(iter([]))",
    "min([])",
    "'a' + 1",
    "len(3)",
    "sorted([1, 'a'])",
    "dict([1])",
    "chr(-1)",
    "int('1' * 10_000)",
    "bytes([300])",
    "getattr(object(), 'zzz_nothing')",
    "exec('raise RuntimeError()')",
)
HOMES = (
    "{}",
    "def act():\n    return {}\nact()",
    "act = lambda: {}\nact()",
    "[{} for _ in range(2)]",
    "class Act:\n    def act(self):\n        return {}\nAct().act()",
)


@pytest.mark.parametrize("home", HOMES, ids=["plain", "function", "lambda", "comprehension", "method"])
@pytest.mark.parametrize("failure", FAILURES)
def test_two_hundred_failures_that_are_nobodys_business(failure, home):
    live = session()
    outcome = fails(home.format(failure), live)
    assert outcome.explanation is None
    error = live.last_exception
    assert error is not None
    assert outcome.error == report_of(error, error.__traceback__)
    assert failure_lines(outcome) == error_lines(outcome.error)


@pytest.mark.parametrize(
    "code",
    [
        f"raise RuntimeError({PRODUCT!r})",
        f"def check():\n    raise RuntimeError({PRODUCT!r})\ncheck()",
        f"class Mine(RuntimeError):\n    pass\nraise Mine({PRODUCT!r})",
        f"class Mine(RuntimeError):\n    def __str__(self):\n        return {PRODUCT!r}\nraise Mine",
        f"class Odd(RuntimeError):\n    def __str__(self):\n        raise KeyError({PRODUCT!r})\nraise Odd",
        f"assert False, {PRODUCT!r}",
        f"raise SystemError({PRODUCT!r})",
        "raise IndexError('index 3 is out of bounds for dimension 0 with size 3')",
    ],
)
def test_words_that_the_learner_wrote_are_not_explained(code):
    assert fails(code).explanation is None


@pytest.mark.parametrize("raised", [ValueError, RecursionError, MemoryError, AssertionError])
def test_a_rule_that_fails_hides_nothing(raised, monkeypatch):
    def breaks(case):
        raise raised("a mistake of ours")

    broken = tuple(dataclasses.replace(row, rule=breaks) for row in table.all_rules())
    monkeypatch.setattr(table, "all_rules", lambda: broken)
    live = session()
    live.explainer = lambda error: explain(error, live.namespace, live.record)
    outcome = fails("torch.ones(2, 3) @ torch.ones(2, 3)", live)
    assert outcome.explanation is None
    assert PRODUCT in plain(failure_lines(outcome)[-1])


COUNTED = """
calls = []
def count(value):
    calls.append(1)
    return value
class Box:
    @property
    def inside(self):
        return count(w)
    def __getattr__(self, name):
        return count(w)
    def __getitem__(self, key):
        return count(w)
    def __matmul__(self, other):
        count(0)
        return w @ other
class Double(nn.Module):
    def forward(self, value):
        return count(value) * 2
class Odd(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        calls.append(function)
        return super().__torch_function__(function, types, args, kwargs or {})
x = torch.ones(2, 3)
w = torch.ones(2, 3)
box, double, odd = Box(), Double(), torch.ones(2, 3).as_subclass(Odd)
hooked = nn.Linear(3, 3)
_hook = hooked.register_forward_hook(lambda module, given, made: count(made));
stream = (count(w) for _ in range(9))
calls.clear()
"""


@pytest.mark.parametrize(
    ("line", "times"),
    [
        ("x @ count(w)", 1),
        ("x @ next(stream)", 1),
        ("x @ box.inside", 1),
        ("x @ box.anything", 1),
        ("x @ box[0]", 1),
        ("box @ w", 1),
        ("x @ double(w)", 1),
        ("x @ hooked(w)", 1),
        ("x @ (lambda: count(w))()", 1),
        ("[a @ count(w) for a in (x, x)]", 1),
        ("x @ (y := count(w))", 1),
        ("(count(x) @ w) + count(w)", 1),
        ("torch.mm(count(x), w)", 1),
        ("count(x).matmul(w)", 1),
        ("torch.cat([x, count(w)[0]])", 1),
        ("count(x).view(4, 4)", 1),
        ("count(x)[7]", 1),
        ("count(x).numpy().missing", 1),
        ("F.linear(count(x), torch.ones(4, 4))", 1),
    ],
)
def test_nothing_of_the_learners_runs_a_second_time(line, times):
    live = session()
    fails(COUNTED + line, live)
    assert len(live.namespace["calls"]) == times


def test_operators_of_a_subclass_are_not_called_again():
    plain_run, explained = session(), session()
    plain_run.explainer = None
    for live in (plain_run, explained):
        fails(COUNTED + "odd @ odd", live)
    assert len(plain_run.namespace["calls"]) == len(explained.namespace["calls"])


@pytest.mark.parametrize(
    "line",
    [
        "torch.randn(2, 3) @ w",
        "F.dropout(x) @ w",
        "x.add_(1) @ w",
        "(x * v) @ w",
        "v.sum().backward(); v.sum() @ w",
        "nn.Linear(3, 5)(x) @ nn.Linear(3, 5)(x)",
        "nn.BatchNorm1d(3)(x) @ w",
    ],
)
def test_tensors_gradients_and_random_numbers_stay_as_they_were(line):
    head = "torch.manual_seed(0)\nx = torch.ones(2, 3)\nw = torch.ones(2, 3)\nv = torch.ones(3, requires_grad=True)\n"
    found = []
    for explained in (False, True):
        live = session()
        if not explained:
            live.explainer = None
        fails(head + line, live)
        names = live.namespace
        tensors = [names[name] for name in "xwv"]
        grad = None if names["v"].grad is None else names["v"].grad.tolist()
        found.append(
            ([t._version for t in tensors], [t.tolist() for t in tensors], grad, torch.get_rng_state().tolist())
        )
    assert found[0] == found[1]


PLANTED = """
calls = []
def counted(value, *more, **named):
    calls.append(1)
    return value
x = torch.ones(2, 3)
"""


@pytest.mark.parametrize(
    "line",
    [
        "layer = nn.TransformerEncoderLayer(8, 2, activation=counted, dim_feedforward=8)\n"
        "layer(torch.ones(3, 2, 8)) @ x",
        "far = nn.TripletMarginWithDistanceLoss(distance_function=lambda a, b: counted(a).sum(1))\nfar(x, x, x) @ x",
        "net = nn.Linear(3, 4)\nnet.forward = counted\nnet(x) @ x",
        "class Near(nn.Linear):\n    __module__ = 'torch.nn.modules.linear'\n    forward = counted\nNear(3, 4)(x) @ x",
        "import functools\nmine = torch.no_grad()(functools.wraps(F.relu)(counted))\nmine(x) @ x",
    ],
    ids=["activation", "distance", "forward", "module", "wraps"],
)
def test_code_that_was_planted_in_torchs_own_objects_runs_no_second_time(line):
    plain_run, explained = session(), session()
    plain_run.explainer = None
    for live in (plain_run, explained):
        fails(PLANTED + line, live)
    assert plain_run.namespace["calls"] == explained.namespace["calls"]


@pytest.mark.parametrize("patched", ["linear", "relu", "hook", "mode"])
def test_a_patched_torch_is_left_alone(patched, monkeypatch):
    calls = []

    def counted(*args, **kwargs):
        calls.append(1)
        return args[0]

    live = session()
    fails(PLANTED + "net = nn.Linear(3, 4)\n1 / 0", live)
    if patched == "hook":
        hook = torch.nn.modules.module.register_module_forward_hook(lambda module, given, made: calls.append(1))
        monkeypatch.setattr(hook, "id", hook.id)
    elif patched == "mode":

        class Mode(torch.overrides.TorchFunctionMode):
            def __torch_function__(self, function, types, args=(), kwargs=None):
                calls.append(1)
                return function(*args, **(kwargs or {}))

        mode = Mode()
        mode.__enter__()
    else:
        monkeypatch.setattr(torch.nn.functional, patched, counted)
    try:
        live.explainer, explainer = None, live.explainer
        fails("net(x) @ x", live)
        once = len(calls)
        live.explainer = explainer
        fails("net(x) @ x", live)
        assert len(calls) == 2 * once
    finally:
        if patched == "hook":
            hook.remove()
        elif patched == "mode":
            mode.__exit__(None, None, None)


STANDARD = ("x @ x", "x.view(7)", "net(x)", "x + torch.ones(4)", "torch.cat([x, x[0]])", "F.linear(x, x.T)")
REACHING = ("F.gelu(x) @ x", "nn.GELU()(x) @ x", "nn.Sequential(net, nn.GELU())(x) @ x")


class Counting:
    """A callable that is no function."""

    def __init__(self, calls):
        self.calls = calls

    def __call__(self, *args, **kwargs):
        self.calls.append(1)
        return args[0]

    def method(self, *args, **kwargs):
        return self(*args, **kwargs)


@pytest.mark.parametrize("kind", ["function", "method", "partial", "object"])
@pytest.mark.parametrize("line", [*STANDARD, *REACHING])
def test_one_patched_function_silences_only_what_reaches_it(line, kind, monkeypatch):
    calls = []
    patch = {
        "function": lambda *args, **kwargs: Counting(calls)(*args),
        "method": Counting(calls).method,
        "partial": functools.partial(Counting(calls).method),
        "object": Counting(calls),
    }
    live = session()
    fails(PLANTED + "net = nn.Linear(3, 4)\n1 / 0", live)
    monkeypatch.setattr(torch.nn.functional, "gelu", patch[kind])
    live.explainer, explainer = None, live.explainer
    code = line if line != "net(x)" else "net(x.T)"
    fails(code, live)
    once = len(calls)
    live.explainer = explainer
    explanation = fails(code, live).explanation
    assert len(calls) == 2 * once
    assert explanation is not None
    if line in REACHING:  # only torch's message and x itself are known
        assert [operand for operand, _ in explanation.operands] == ["x"]


def test_torch_as_it_comes_is_patched_nowhere():
    assert patched_functions() == frozenset()


def test_a_patched_method_of_modules_silences_modules_alone(monkeypatch):
    live = session()
    fails(PLANTED + "net = nn.Linear(3, 4)\n1 / 0", live)
    monkeypatch.setattr(nn.Module, "extra_repr", lambda self: "")
    assert fails("x @ x", live).explanation is not None
    explanation = fails("net(x) @ x", live).explanation
    assert explanation is not None
    assert [operand for operand, _ in explanation.operands] == ["x"]


@pytest.mark.parametrize(
    ("called", "name", "expected"),
    [
        (nn.Linear(2, 3), "linear", True),
        (nn.Linear(2, 3), "gelu", False),
        (nn.Linear, "gelu", False),
        (nn.Sequential(nn.Conv2d(1, 1, 1), nn.GELU()), "gelu", True),
        (nn.Sequential(nn.Conv2d(1, 1, 1)), "gelu", False),
        (nn.MultiheadAttention(4, 2), "softmax", True),
        (nn.MultiheadAttention(4, 2), "conv2d", False),
        (nn.functional.adaptive_max_pool2d, "adaptive_max_pool2d_with_indices", True),
        (nn.functional.cross_entropy, "gelu", False),
        (torch.relu, "relu", False),
        (len, "relu", False),
    ],
)
def test_what_a_call_reaches(called, name, expected):
    assert reaches(called, frozenset({name})) == expected


@pytest.mark.parametrize(
    ("module", "given", "shapes"),
    [
        (
            nn.Sequential(*(nn.Conv2d(128, 128, 3, padding=1) for _ in range(3))),
            torch.ones(64, 128, 32, 32, device="meta"),
            [(64, 128, 32, 32)],
        ),
        (nn.LSTM(8, 8, num_layers=50), torch.ones(2000, 8, 8), [(2000, 8, 8), (50, 8, 8), (50, 8, 8)]),
        (nn.Sequential(*(nn.Linear(256, 256) for _ in range(50))), torch.ones(400, 256), [(400, 256)]),
        (nn.TransformerEncoderLayer(64, 4, 4096), torch.ones(100, 40, 64), None),
    ],
    ids=["convolutions", "recurrent", "linear", "transformer"],
)
def test_a_module_that_costs_too_much_is_not_run(module, given, shapes, monkeypatch):
    for each in module.modules():
        monkeypatch.setattr(type(each), "forward", lambda *args: pytest.fail("it ran"))
    if shapes is None:
        with pytest.raises(Unknown):
            call_on_standins("net", module, (given,), {})
    else:
        assert [tuple(each.shape) for each in tensors_in(call_on_standins("net", module, (given,), {}))] == shapes
    monkeypatch.undo()
    assert call_on_standins("net", nn.Linear(8, 2), (torch.ones(5, 8),), {}).shape == (5, 2)


LAYERS = [
    (nn.Linear(6, 4), (3, 5, 6)),
    (nn.Conv1d(6, 4, 3, padding="same", dilation=2), (2, 6, 9)),
    (nn.Conv2d(6, 4, (3, 5), stride=2, padding=1), (2, 6, 17, 20)),
    (nn.Conv3d(2, 4, 3, padding="valid"), (1, 2, 5, 6, 7)),
    (nn.ConvTranspose2d(6, 4, 3, stride=2, output_padding=1), (2, 6, 5, 7)),
    (nn.BatchNorm2d(6), (2, 6, 5, 7)),
    (nn.LayerNorm((5, 7)), (2, 6, 5, 7)),
    (nn.MaxPool2d(3, stride=2, ceil_mode=True), (2, 6, 8, 9)),
    (nn.AdaptiveAvgPool2d((1, None)), (2, 6, 8, 9)),
    (nn.ZeroPad2d((1, 2, 3, 4)), (2, 6, 8, 9)),
    (nn.Upsample(scale_factor=2), (2, 6, 8, 9)),
    (nn.Flatten(1, 2), (2, 6, 8, 9)),
    (nn.Dropout(), (4, 3)),
    (nn.Softmax(dim=1), (4, 3)),
    (nn.RNN(5, 3, batch_first=True), (2, 7, 5)),
    (nn.GRU(5, 3, num_layers=2, bidirectional=True), (7, 2, 5)),
    (nn.LSTM(5, 3), (7, 5)),
    (nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(36, 2)), (5, 3, 8, 8)),
]


@pytest.mark.parametrize(("module", "shape"), LAYERS)
def test_the_rules_for_shapes_say_what_torch_does(module, shape):
    given = torch.ones(shape)
    ran = [*tensors_in(module(given))]
    told = [*tensors_in(layer_result(module, [given], {}))]
    assert [each.shape for each in told] == [each.shape for each in ran]
    assert [each.dtype for each in told] == [each.dtype for each in ran]
    assert [each.requires_grad for each in told] == [each.requires_grad for each in ran]


@pytest.mark.parametrize(("module", "shape"), LAYERS[:7])
def test_the_rules_refuse_what_torch_refuses(module, shape):
    for wrong in (torch.ones(2), torch.ones((*shape[:1], 99, *shape[2:-1], 98)), torch.ones(3, 3, 3, 3, 3, 3)):
        with pytest.raises(Broken):
            layer_result(module, [wrong], {})


@pytest.mark.parametrize("name", ["linalg_svd", "svd", "linalg_solve", "matrix_exp"])
def test_a_decomposition_of_a_large_matrix_is_not_tried(name):
    assert is_small(name, (torch.ones(30, 30),), {})
    assert not is_small(name, (torch.ones(300, 300),), {})


def test_a_rule_of_ours_that_fails_is_logged(
    monkeypatch: pytest.MonkeyPatch, own_surroundings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from ptrepl.explain import explain as module

    monkeypatch.setattr(module, "locate", lambda *_: [][0])
    monkeypatch.setenv("PTREPL_DEBUG", "1")
    made = session()
    made.explainer = lambda error: explain(error, made.namespace)
    outcome = fails("x = torch.ones(2, 3)\nx @ x", made)
    assert outcome.explanation is None
    assert "while explaining an error" in (own_surroundings / "state" / "errors.log").read_text()
    assert "IndexError: list index out of range" in capsys.readouterr().err
