"""Samples of a program while it runs: what is read is what the names mean there, and the program is left as it was."""

from __future__ import annotations

import gc
import math
import sys
import textwrap
import threading
import weakref
from collections.abc import Callable, Mapping
from types import FrameType
from typing import Any

import pytest
import torch

from ptrepl.engine.live.between_bytecodes import call_in_main_thread
from ptrepl.engine.live.follower import Follower, LoopProgress, Measure
from ptrepl.engine.live.stack import MISSING
from ptrepl.engine.run.source_cache import register

FILE = "<ptrepl-followed>"


class Run:
    """Runs code that calls ``sample()`` where a sample is to be taken."""

    def __init__(self, *targets: str, names: Mapping[str, Any] | None = None) -> None:
        self.time = 0.0
        self.seen: list[tuple[LoopProgress, ...]] = []
        self.namespace: dict[str, Any] = {"torch": torch, "sample": self.sample, **(names or {})}
        self._targets = targets

    def __call__(self, code: str) -> Follower:
        code = textwrap.dedent(code)
        register(FILE, code)
        self.follower = Follower(self._targets, self.namespace, _part, FILE.__eq__, clock=lambda: self.time)
        exec(compile(code, FILE, "exec"), self.namespace)
        self.follower.finish()
        return self.follower

    def sample(self, seconds: float = 1.0) -> None:
        self.time += seconds
        self.follower.sample(sys._getframe(1))
        self.seen.append(self.follower.loops)


def _part(target: str, names: Mapping[str, Any]) -> Any:
    root, _, attribute = target.partition(".")
    return getattr(names[root], attribute, MISSING)


def test_a_loop_at_the_prompt() -> None:
    run = Run("loss")
    follower = run(
        """
        for step in range(100):
            loss = torch.tensor(1.0 / (step + 1))
            if step % 25 == 24:
                sample()
        """
    )
    (loss,) = follower.followed
    assert (loss.measure, loss.owner) == (Measure.VALUE, None)
    assert loss.axis is not None
    assert loss.curve.places == [24.0, 49.0, 74.0, 99.0, 100.0]
    assert loss.curve.values == pytest.approx([1 / 25, 1 / 50, 1 / 75, 1 / 100, 1 / 100])
    assert run.seen[1] == (LoopProgress("step", 50, 100),)
    assert follower.rounds_per_second == pytest.approx(25.0)
    assert follower.loops == (LoopProgress("step", 100, 100),)


def test_a_loop_in_a_function_that_another_one_calls() -> None:
    run = Run("loss", "w", "w.grad")
    follower = run(
        """
        loss = torch.tensor(9.0)
        def step(w):
            loss = (w * w).sum()
            loss.backward()
            sample()
            w.data -= 0.1 * w.grad
            w.grad = None
        def train(rounds):
            w = torch.tensor([3., 4.], requires_grad=True)
            for k in range(rounds):
                step(w)
        train(40)
        """
    )
    loss, w, gradient = follower.followed
    assert loss.owner is not None
    assert loss.curve.values[0] == 25.0
    assert len(loss.curve.values) == 40
    assert 9.0 not in loss.curve.values
    assert (w.measure, w.curve.values[0]) == (Measure.NORM, 5.0)
    assert gradient.curve.values[0] == 10.0
    assert run.seen[-1] == (LoopProgress("k", 40, 40),)


def test_two_loops_make_places_between_the_rounds_of_the_outer_one() -> None:
    run = Run("loss")
    follower = run(
        """
        data = [1., 2., 3., 4.]
        for epoch in range(2):
            for i, x in enumerate(data):
                loss = x
                sample()
        """
    )
    assert follower.followed[0].curve.places == [0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0]
    assert run.seen[5] == (LoopProgress("epoch", 2, 2), LoopProgress("i", 2, 4))
    assert follower.rounds_per_second == pytest.approx(0.25)


def test_where_nothing_counts_places_are_seconds() -> None:
    follower = Run("loss")(
        """
        loss = 10.
        while loss > 1:
            loss -= 3
            sample(0.5)
        """
    )
    assert follower.followed[0].axis is None
    assert follower.loops == ()
    assert follower.followed[0].curve.places == [0.5, 1.0, 1.5, 1.5]
    assert follower.followed[0].curve.values == [7.0, 4.0, 1.0, 1.0]


def test_epochs_over_batches_that_nothing_counts_are_seconds_to_the_end() -> None:
    follower = Run("loss")(
        """
        for epoch in range(3):
            for x in iter([3., 2., 1.]):
                loss = x / (epoch + 1)
                sample()
        """
    )
    (loss,) = follower.followed
    assert loss.axis is None
    assert loss.curve.places == [*map(float, range(1, 10)), 9.0]
    assert loss.curve.values == [3.0, 2.0, 1.0, 1.5, 1.0, 0.5, 1.0, 2 / 3, 1 / 3, 1 / 3]
    assert follower.loops == (LoopProgress("epoch", 3, 3),)


def test_what_a_name_was_before_the_statement_is_no_point() -> None:
    run = Run("loss", names={"loss": torch.tensor(0.5)})
    follower = run(
        """
        for step in range(50):
            sample()
            loss = torch.tensor(float(step))
        """
    )
    assert 0.5 not in follower.followed[0].curve.values
    assert follower.followed[0].curve.values[0] == 0.0


def test_a_module_is_followed_by_its_gradient() -> None:
    follower = Run("net")(
        """
        net = torch.nn.Linear(1, 1)
        for step in range(30):
            net.zero_grad()
            (net(torch.ones(1)) * step).sum().backward()
            sample()
        """
    )
    (net,) = follower.followed
    assert net.measure is Measure.GRADIENT_NORM
    assert net.curve.values[2] == pytest.approx(2 * 2**0.5)


@pytest.mark.parametrize("use", ["locals()", "vars()", "eval('1')", "exec('pass')", "dir()"])
def test_a_function_that_uses_its_locals_as_a_dictionary_keeps_it(use: str) -> None:
    run = Run("loss")
    run(
        f"""
        def train():
            mine = locals()
            loss = torch.tensor(1.)
            {use}
            sample()
            return mine, locals()
        before, after = train()
        """
    )
    assert "loss" in run.namespace["after"]


def test_a_debugger_that_looks_on_keeps_its_locals() -> None:
    run = Run("loss")
    trace: Callable[..., Any] = lambda *_: trace
    before = sys.gettrace()
    sys.settrace(trace)
    try:
        run(
            """
            def train():
                loss = torch.tensor(1.)
                sample()
                return loss + 1
            result = train()
            """
        )
    finally:
        sys.settrace(before)
    assert run.namespace["result"] == 2


def test_two_loops_one_after_the_other_are_two_curves() -> None:
    follower = Run("loss")(
        """
        for i in range(40):
            loss = 1. / (i + 1)
            sample()
        for j in range(60):
            loss = 10. + j
            sample()
        """
    )
    (loss,) = follower.followed
    assert loss.axis is not None
    assert loss.axis.counter == "j"
    assert loss.curve.places[0] == 0.0
    assert min(loss.curve.values) == 10.0


def test_a_loop_that_does_not_have_the_name_leaves_its_curve() -> None:
    follower = Run("loss")(
        """
        def train():
            for i in range(40):
                loss = 1. / (i + 1)
                sample()
        def look():
            for j in range(60):
                sample()
        train()
        look()
        """
    )
    (loss,) = follower.followed
    assert loss.axis is not None
    assert (loss.axis.counter, len(loss.curve.values)) == ("i", 40)


def test_a_name_in_two_functions_is_two_curves() -> None:
    follower = Run("loss")(
        """
        def first():
            for i in range(40):
                loss = 1.
                sample()
        def second():
            for i in range(50):
                loss = 70. + i
                sample()
        first()
        second()
        """
    )
    assert follower.followed[0].curve.values[0] == 70.0


def test_a_number_that_no_float_can_hold() -> None:
    follower = Run("n")("for k in range(40):\n    n = 10 ** (20 * k)\n    sample()\n")
    (n,) = follower.followed
    assert n.latest == math.inf
    assert n.curve.not_finite > 20


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="asking for locals makes no dictionary any more")
def test_a_dictionary_of_locals_that_somebody_holds_stays() -> None:
    run = Run("loss", names={"sys": sys})
    run(
        """
        def helper():
            return sys._getframe(1).f_locals
        def train():
            loss, rate = torch.tensor(1.), 0.1
            mine = helper()
            sample()
            return mine["rate"]
        rate = train()
        """
    )
    assert run.namespace["rate"] == 0.1


def test_a_profiler_that_looks_on_keeps_its_locals() -> None:
    run = Run("loss")
    before = sys.getprofile()
    sys.setprofile(lambda *_: None)
    try:
        run(
            """
            def train():
                loss = torch.tensor(1.)
                for i in range(3):
                    min(i, 7)
                    sample()
                return loss + i
            result = train()
            """
        )
    finally:
        sys.setprofile(before)
    assert run.namespace["result"] == 3


def test_no_tensor_lives_longer() -> None:
    run = Run("loss", names={"weakref": weakref, "gc": gc})
    run(
        """
        def train():
            loss = torch.ones(3).sum()
            gone = weakref.ref(loss)
            sample()
            del loss
            gc.collect()
            return gone()
        left = train()
        """
    )
    assert run.namespace["left"] is None


def test_nan_is_the_latest_and_no_point() -> None:
    follower = Run("loss")("for step in range(40):\n    loss = float('nan') if step > 5 else 1. * step\n    sample()\n")
    (loss,) = follower.followed
    assert loss.curve.values == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
    assert loss.curve.not_finite == 35
    assert loss.latest != loss.latest


def test_calls_come_in_between_the_bytecodes_of_the_main_thread() -> None:
    threads: set[int] = set()
    frames: list[str] = []

    def note(frame: FrameType | None) -> None:
        threads.add(threading.get_ident())
        frames.append(frame.f_code.co_name if frame is not None else "")

    asking = threading.Thread(target=lambda: [call_in_main_thread(note) for _ in range(5)])
    asking.start()
    asking.join()
    deadline = 0
    while len(frames) < 5 and deadline < 10_000_000:
        deadline += 1
    assert threads == {threading.main_thread().ident}
    assert len(frames) == 5


def test_an_exception_in_such_a_call_reaches_what_runs() -> None:
    def stop(_: FrameType | None) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        call_in_main_thread(stop)
        for _ in range(10_000_000):
            pass


def test_a_thread_that_asks_while_gradients_are_written_breaks_nothing() -> None:
    """Reading ``w.grad`` in the asking thread itself would crash the process within a second."""
    run = Run("w", "loss")
    over = threading.Event()

    def ask() -> None:
        while not over.wait(0.0005):
            call_in_main_thread(lambda frame: run.follower.sample(frame))

    asking = threading.Thread(target=ask)
    run.follower = Follower(("w", "loss"), run.namespace, _part, FILE.__eq__)
    asking.start()
    try:
        run(
            """
            w = torch.ones(3, requires_grad=True)
            for step in range(3000):
                loss = (w * w).sum()
                loss.backward()
                w.grad = None
            """
        )
    finally:
        over.set()
        asking.join()
    assert run.namespace["loss"] == 3
