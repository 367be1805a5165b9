"""The call of a recurrent layer or cell that failed."""

from __future__ import annotations

from ptrepl.engine.watch.kinds import Kind, kind_of, own_dict
from ptrepl.explain.case import Case
from ptrepl.explain.operands.module_call import ModuleCall, module_call

_RECURRENT = ("LSTM", "GRU", "RNN")


def recurrent_layer(case: Case) -> ModuleCall | None:
    """The call of an nn.RNN, nn.GRU or nn.LSTM."""
    return module_call(case, "RNNBase", "input", "hx")


def recurrent_cell(case: Case) -> ModuleCall | None:
    """The call of an nn.RNNCell, nn.GRUCell or nn.LSTMCell."""
    return module_call(case, "RNNCellBase", "input", "hx")


def is_lstm(call: ModuleCall) -> bool:
    """Whether the layer is an nn.LSTM."""
    return own_dict(call.module).get("mode") == "LSTM"


def bidirectional(case: Case, size: int) -> str:
    """The path of a recurrent layer of ``self`` that is bidirectional and gives ``2 * size`` features; "" if none."""
    for owner, held in case.site.frame.f_locals.items():
        inner = own_dict(held).get("_modules") if kind_of(held) is Kind.MODULE else None
        parts = {f"{owner}.{name}": each for name, each in inner.items()} if type(inner) is dict else {}
        for path, each in {owner: held, **parts}.items():
            own = own_dict(each) if type(each).__name__ in _RECURRENT else {}
            if own.get("bidirectional") is True and own.get("hidden_size") == size:
                return path
    return ""
