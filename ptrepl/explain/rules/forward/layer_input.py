"""The input of a layer, in a sentence: the learner's own expression, or the output of another layer."""

from __future__ import annotations

from ptrepl.engine.watch.facts import shape_text
from ptrepl.explain.case import Case
from ptrepl.explain.operands.layers import Layer
from ptrepl.texts.messages import gettext


def input_is(case: Case, layer: Layer) -> str:
    """``x is (32, 8).``, ``The output of net[1] is (32, 20).``: the input of ``layer`` and its shape."""
    shape = shape_text(layer.shape)
    if layer.argument is not None:
        name = case.called(layer.argument, gettext("Its input"))
        return gettext("{input} is {shape}.", input=name, shape=shape)
    if layer.before is not None:
        return gettext("The output of {layer} is {shape}.", layer=layer.before, shape=shape)
    return gettext("Its input is {shape}.", shape=shape)
