"""Where it is not known at which expression it failed, nothing is said, and nothing breaks."""

from __future__ import annotations

import linecache

import pytest
import torch

from ptrepl.engine.run.failure import is_learner_file
from ptrepl.explain.case import Case, NoSite
from ptrepl.explain.explain import _explain
from ptrepl.explain.rule import class_names
from ptrepl.explain.rules.table import all_rules

MESSAGES = (
    "mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)",
    "shape '[7]' is invalid for input of size 6",
    "Boolean value of Tensor with more than one value is ambiguous",
    "Trying to backward through the graph a second time",
    "expected m1 and m2 to have the same dtype, but got: float != double",
)


def test_a_site_that_is_not_known_is_an_error_of_its_own():
    case = Case(RuntimeError(), "", None, {})
    assert case.node is None
    assert case.parents == ()
    with pytest.raises(NoSite):
        _ = case.site


@pytest.mark.parametrize("message", MESSAGES)
def test_without_a_source_nothing_is_said(message):
    name = "<ptrepl-without-a-source>"
    assert is_learner_file(name)
    assert name not in linecache.cache
    with pytest.raises(RuntimeError) as caught:
        exec(compile("raise_it()", name, "exec"), {"raise_it": lambda: (_ for _ in ()).throw(RuntimeError(message))})
    assert any(row.matches(class_names(caught.value), message) for row in all_rules())
    assert _explain(caught.value, {"torch": torch}, None, None) is None
