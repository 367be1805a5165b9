"""What a statement binds, also where another library has put the parent into each node of its tree."""

from __future__ import annotations

import ast

import pytest

from ptrepl.engine.assignments import made_from_themselves


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("x = x.t()", {"x"}),
        ("x = torch.ones(2)", set()),
        ("h = f(x, h)", {"h"}),
        ("a, b = b, a", set()),
        ("a, b = g(a)", {"a"}),
        ("slope = slope.detach().requires_grad_()", {"slope"}),
        ("x += 1", {"x"}),
    ],
)
def test_names_that_are_made_from_what_they_stood_for(code: str, names: set[str]) -> None:
    statement = ast.parse(code).body[0]
    assert made_from_themselves(statement) == names
    for node in ast.walk(statement):
        for child in ast.iter_child_nodes(node):
            child.parent = node  # type: ignore[attr-defined]  # as executing does
    assert made_from_themselves(statement) == names
