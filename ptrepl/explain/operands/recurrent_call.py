"""The call of a recurrent layer or cell that failed."""

from __future__ import annotations

from ptrepl.engine.watch.kinds import own_dict
from ptrepl.explain.case import Case
from ptrepl.explain.operands.module_call import ModuleCall, module_call


def recurrent_layer(case: Case) -> ModuleCall | None:
    """The call of an nn.RNN, nn.GRU or nn.LSTM."""
    return module_call(case, "RNNBase", "input", "hx")


def recurrent_cell(case: Case) -> ModuleCall | None:
    """The call of an nn.RNNCell, nn.GRUCell or nn.LSTMCell."""
    return module_call(case, "RNNCellBase", "input", "hx")


def is_lstm(call: ModuleCall) -> bool:
    """Whether the layer is an nn.LSTM."""
    return own_dict(call.module).get("mode") == "LSTM"
