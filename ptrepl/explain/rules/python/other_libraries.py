"""Names of NumPy, TensorFlow or an old PyTorch that torch has under another name, or as a method."""

from __future__ import annotations

import ast
import sys
import types

from ptrepl.engine.watch.kinds import is_tensor_class, own_dict
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.spelling import renamed
from ptrepl.explain.fixes.trial import Candidate, tried, verified
from ptrepl.explain.rewrite import operand, postfix, segment
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import N_, gettext

_FUNCTIONS = {
    "arrange": "arange",
    "average": "mean",
    "constant": "tensor",
    "convert_to_tensor": "tensor",
    "to_tensor": "tensor",
    "expand_dims": "unsqueeze",
    "identity": "eye",
    "inv": "linalg.inv",
    "matrix_inverse": "linalg.inv",
    "multiply_matrix": "matmul",
    "mat_mul": "matmul",
    "power": "pow",
    "mod": "remainder",
    "reduce_all": "all",
    "reduce_any": "any",
    "reduce_max": "amax",
    "reduce_mean": "mean",
    "reduce_min": "amin",
    "reduce_prod": "prod",
    "reduce_std": "std",
    "reduce_sum": "sum",
    "uniform": "rand",
    "cuda_is_available": "cuda.is_available",
    "is_cuda_available": "cuda.is_available",
}
"""Functions that people look for in torch, and where it has them."""
_OF_F = {
    "bce": "binary_cross_entropy",
    "bce_with_logits": "binary_cross_entropy_with_logits",
    "categorical_cross_entropy": "cross_entropy",
    "crossentropy_loss": "cross_entropy",
    "cross_entropy_loss": "cross_entropy",
    "kl_divergence": "kl_div",
    "l2_loss": "mse_loss",
    "mae": "l1_loss",
    "mae_loss": "l1_loss",
    "mean_squared_error": "mse_loss",
    "mse": "mse_loss",
    "nll": "nll_loss",
    "binary_crossentropy": "binary_cross_entropy",
    "swish": "silu",
    "avgpool2d": "avg_pool2d",
    "maxpool2d": "max_pool2d",
}
"""What people look for in torch.nn.functional, and its name there."""
_AS_METHODS = {
    "repeat": "repeat",
    "view": "view",
    "contiguous": "contiguous",
    "expand": "expand",
    "backward": "backward",
    "item": "item",
    "tolist": "tolist",
    "to": "to",
    "size": "size",
    "astype": "to",
    "cast": "to",
    "permute_dims": "permute",
    "fill": "fill_",
    "cpu": "cpu",
    "float": "float",
    "long": "long",
    "int": "int",
    "double": "double",
    "half": "half",
}
"""Functions that torch has not, and the method of a tensor that does it."""
_WORDS = {
    "percentile": N_(
        "torch has no percentile. torch.quantile takes fractions, from 0 to 1: the 90th percentile is "
        "torch.quantile(x, 0.9)."
    ),
    "choice": N_(
        "torch has no choice. torch.randint draws indices, and x[torch.randint(len(x), (n,))] takes those rows."
    ),
    "shuffle": N_("torch has no shuffle. torch.randperm makes an order: x[torch.randperm(len(x))]."),
    "Variable": N_(
        "Variable is from the time before PyTorch 0.4: a tensor does all that it did. torch.tensor(…, "
        "requires_grad=True) makes one that autograd watches."
    ),
    "placeholder": N_(
        "PyTorch has no placeholder: it computes at once, with the tensors that you have. torch.rand(shape) is an "
        "input to try a network with."
    ),
    "Session": N_("PyTorch has no sessions: it computes at once, line by line."),
    "GradientTape": N_("PyTorch records by itself what is computed from a tensor with requires_grad=True."),
}
_IN_PLACE = {"zeros_": "zero_", "ones_": "fill_"}
_WIDEST = ("cast", "astype", "to")


def _of_torch(case: Case) -> Finding | None:
    """``torch.expand_dims(x, 0)``, ``torch.reduce_mean(x)``, ``torch.cast(x, torch.int64)``."""
    match case.node, case.error:
        case ast.Attribute(value=base, attr=word) as node, AttributeError():
            module = case.real(base)
        case _:
            return None
    torch = sys.modules["torch"]
    if type(module) is not types.ModuleType:
        return None
    said = case.text(base)
    if module is torch.nn.functional and word in _OF_F:
        path = f"{said}.{_OF_F[word]}"
        text = gettext("{module} has no attribute {name}. There is {other}.", module=said, name=word, other=path)
        return Finding(text, tried(case, [renamed(case, node, path)]))
    if module is not torch:
        return None
    if word in _WORDS:
        return Finding(gettext(_WORDS[word]))
    call = case.parents[0] if case.parents else None
    call = call if isinstance(call, ast.Call) and call.func is node else None
    if word == "shape" and call is not None and len(call.args) == 1:
        text = gettext("torch has no function shape: .shape is an attribute of a tensor.")
        return Finding(text, tried(case, [Candidate(f"{operand(case.site.source, call.args[0])}.shape", of=call)]))
    if word in _AS_METHODS and call is not None and call.args:
        return _as_method(case, call, word)
    other = _FUNCTIONS.get(word, "")
    if not other:
        return None
    text = gettext(
        "{module} has no attribute {name}. There is {other}.", module=said, name=word, other=f"{said}.{other}"
    )
    return Finding(text, tried(case, [renamed(case, node, f"{said}.{other}")]))


def _as_method(case: Case, call: ast.Call, word: str) -> Finding | None:
    method, source = _AS_METHODS[word], case.site.source
    if case.facts(call.args[0]) is None:
        return None
    tensor = operand(source, call.args[0])
    rest = [segment(source, each) for each in call.args[1:]]
    rest += [f"{each.arg}={segment(source, each.value)}" for each in call.keywords if each.arg is not None]
    code = f"{tensor}.{method}({', '.join(rest)})"
    text = gettext("torch has no function {name}: it is a method of a tensor, {code}.", name=word, code=code)
    if word in _WIDEST and word != "to":
        text = gettext("torch has no function {name}. The method .to converts a tensor: {code}.", name=word, code=code)
    if word == "repeat":
        both = [code, f"torch.repeat_interleave({', '.join([segment(source, call.args[0]), *rest])})"]
        shape = case.shape(call.args[0])
        several = shape is not None and len(shape) > len(rest)
        text = gettext(
            "torch has no function repeat. x.repeat(…) repeats the whole tensor, with one number for each dim; "
            "torch.repeat_interleave repeats each element, as NumPy's repeat does."
        )
        both = both[1:] if several else both
        return Finding(text, tried(case, [Candidate(each, of=call) for each in both]))
    return Finding(text, tried(case, [Candidate(code, of=call)]))


def _of_tensor(case: Case) -> Finding | None:
    """``x.zeros_()``, ``x.expand_dims(0)``, ``x.reduce_mean()``."""
    match case.node, case.error:
        case ast.Attribute(value=base, attr=word) as node, AttributeError(obj=held) if is_tensor_class(type(held)):
            pass
        case _:
            return None
    source = case.site.source
    if word in ("len", "length", "count"):
        whole = case.parents[0] if case.parents else None
        code = f"len({segment(source, base)})"
        text = gettext("A tensor has no method {name}. len() counts its rows, .numel() all its elements.", name=word)
        called = isinstance(whole, ast.Call) and whole.func is node and not whole.args
        return Finding(text, tried(case, [Candidate(code, of=whole)]) if called and isinstance(whole, ast.Call) else ())
    if word == "ones_":
        text = gettext("A tensor has no ones_. fill_(1) sets all its elements to 1, in place.")
        whole = case.parents[0] if case.parents else None
        whole = whole if isinstance(whole, ast.Call) and whole.func is node and not whole.args else None
        code = postfix(source, base, ".fill_(1)")
        return Finding(text, tried(case, [Candidate(code, of=whole)]) if whole is not None else ())
    torch = sys.modules["torch"]
    other = _IN_PLACE.get(word) or _FUNCTIONS.get(word, "")
    if not other or "." in other or not hasattr(torch.Tensor, other):
        return None
    text = gettext("A tensor has no attribute {name}. It has {other}.", name=word, other=other)
    return Finding(text, tried(case, [renamed(case, node, postfix(source, base, f".{other}"))]))


def _device_of_module(case: Case) -> Finding | None:
    """``net.device``, ``model.dtype``: a module may have parameters on several."""
    match case.node:
        case ast.Attribute(value=base, attr="device" | "dtype" | "is_cuda" as word) as node:
            pass
        case _:
            return None
    name, source = case.text(base), case.site.source
    code = f"next({segment(source, base)}.parameters()).{word}"
    if not isinstance(case.error, AttributeError) or "_parameters" not in own_dict(case.error.obj):
        return None
    text = gettext(
        "{name} is a module, which has no {attribute} of its own: each of its parameters has one. {code} is that of "
        "the first.",
        name=name,
        attribute=word,
        code=code,
    )
    return Finding(text, verified(case, renamed(case, node, code)))


_ASKED = "|".join(sorted([*_IN_PLACE, *_FUNCTIONS, "len", "length", "count"], key=len, reverse=True))

BEFORE = ("arrays.growing", "modules.subclass", "python.attribute")

RULES = (
    Rule(
        "other library",
        ("AttributeError",),
        r"^module 'torch(?:\.nn\.functional)?' has no attribute",
        _of_torch,
        "python/attributes",
    ),
    Rule(
        "other library",
        ("AttributeError",),
        rf"^'(?:Tensor|Parameter)' object has no attribute '(?:{_ASKED})'",  # not a sentence: a pattern
        _of_tensor,
        "python/attributes",
    ),
    Rule(
        "module device",
        ("AttributeError",),
        r"^'\w+' object has no attribute '(?:device|dtype|is_cuda)'",
        _device_of_module,
        "modules/layer-names",
    ),
)
