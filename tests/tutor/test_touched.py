"""Which names an input binds or changes, and that looking at a thing changes nothing."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from ptrepl.engine.run.session import Session
from ptrepl.tutor.play.touched import Touched, touched
from tests.engine.prompt import preloaded


@pytest.fixture
def session() -> Iterator[Session]:
    main = sys.modules["__main__"]
    session = Session("checked", names=preloaded)
    list(session.run("w = torch.ones(2, requires_grad=True); net = nn.Linear(2, 2); box = [torch.ones(3)]"))
    yield session
    sys.modules["__main__"] = main
    sys.modules.pop("checked", None)


def of(*bound: str, changed: str = "", gradients: str = "") -> Touched:
    return Touched(frozenset(bound), frozenset((changed + " " + gradients).split()), frozenset(gradients.split()))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = torch.ones(2)", of("x")),
        ("w.data.add_(1);", of("_", changed="w")),
        ("w.sum().backward()", of("_", gradients="w")),
        ("w.grad = torch.ones(2)", of(gradients="w")),
        ("w.sum().backward(); w.data.mul_(2);", of("_", changed="w")),
        ("net.weight.data.zero_();", of("_", changed="net")),
        ("net(w).sum().backward()", of("_", changed="net", gradients="w")),
        ("box.append(w)", of("_", changed="box")),
        ("net.bias = None", of(changed="net")),
    ],
)
def test_what_is_bound_and_changed(session: Session, source: str, expected: Touched) -> None:
    assert touched(list(session.run(source))) == expected


@pytest.mark.parametrize(
    "source", ["w", "w + 1", "net", "box", "box[0]", "nn.Linear(2, 2)", "{'a': w}", "w[0]  # a look"]
)
def test_looking_changes_nothing(session: Session, source: str) -> None:
    outcomes = list(session.run(source))
    assert outcomes[0].changes
    assert touched(outcomes) == of("_")
