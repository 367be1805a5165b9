"""Attributes that do not exist: of a Python module, of a tensor, of an nn.Module, of a list used like a tensor."""

from __future__ import annotations

import ast
import re
import sys
import types
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.record.record import one_line
from ptrepl.engine.watch.kinds import Kind, class_dict, is_tensor_class, kind_of, mro, own_dict, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.retyped import typed
from ptrepl.explain.fixes.spelling import around, as_used, homes, near, of_module, of_tensors, renamed
from ptrepl.explain.fixes.trial import Candidate, tried, verified
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.provenance.origins import origin
from ptrepl.explain.provenance.returned_number import returned_number, still_at_start
from ptrepl.explain.rewrite import postfix, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.rules.containers.parts import cut_of_pair
from ptrepl.explain.rules.forward.last_layer import head_by_another_name
from ptrepl.explain.rules.modules.other_names import (
    activation_not_made,
    other_names,
    size_of_a_container,
    without_parameters,
)
from ptrepl.explain.rules.modules.wrapped import is_used_alike, of_wrapped
from ptrepl.explain.rules.python.astype import as_dtype, dtype_meant
from ptrepl.texts.lists import every
from ptrepl.texts.messages import gettext, ngettext

_OTHER_NAMES = {
    "array": "tensor",
    "copy": "clone",
    "length": "numel",
    "len": "numel",
    "dims": "dim",
    "ndims": "ndim",
    "concatenate": "cat",
    "append": "cat",
    "random": "rand",
    "gradient": "grad",
    "grads": "grad",
}
"""The name in NumPy or of a list → the name in torch."""
_OLD_TRANSFORMS = {"rfft": "torch.fft.rfft", "fft": "torch.fft.fft", "ifft": "torch.fft.ifft"}
"""Functions of torch until 1.7 → what computes the same now; rfft was one-sided unless it was told otherwise."""
_NUMBERS = (list, tuple, int, float)
_MOST_PARTS = 200
_DEEPEST = 4
_MOST_LISTED = 8
_LONGEST = 20


def _of_module(case: Case) -> Finding | None:
    node, module, word = _missing(case)
    if node is None or type(module) is not types.ModuleType:
        return None
    said, names = case.text(node.value), of_module(module)
    other = [_OTHER_NAMES[word]] if _OTHER_NAMES.get(word) in names else []
    like = [each for each in (*other, *near(word, names)) if _suits(case, names[each])]
    close = [f"{said}.{as_used(case, each, names)}" for each in like]
    elsewhere: list[str] = []
    if module.__name__.partition(".")[0] == "torch":
        for path, held in homes(case.scope, all_of_torch=True):
            found = [word] if word in held else near(word, held, 0.95)
            elsewhere += [f"{path}.{each}" for each in found if path != said and _suits(case, held[each])]
    found = [*close, *elsewhere] if close and _same(close[0], word) else [*elsewhere, *close]
    if not found:
        return None
    if said == "torch" and word in _OLD_TRANSFORMS and (old := _old_transform(case, node, word)) is not None:
        return old
    fixes = tried(case, _candidates(case, node, found))
    if not fixes and _same(found[0], word):
        fixes = verified(case, renamed(case, node, found[0]))
    runs = [each for each in found if fixes and re.search(rf"\b{re.escape(each)}(?!\w)", fixes[0].code)]
    other_name = runs[0] if runs else found[0]
    text = gettext("{module} has no attribute {name}. There is {other}.", module=said, name=word, other=other_name)
    return Finding(text, fixes)


def _old_transform(case: Case, node: ast.Attribute, word: str) -> Finding | None:
    """``torch.rfft(x, 1, onesided=False)`` of PyTorch 1.7 and before."""
    call = case.parents[0] if case.parents else None
    if not isinstance(call, ast.Call) or call.func is not node or not call.args:
        return None
    dims = case.value(call.args[1]) if len(call.args) > 1 else None
    sided = next((case.value(each.value) for each in call.keywords if each.arg == "onesided"), True)
    if dims != 1 or type(sided) is not bool or any(each.arg != "onesided" for each in call.keywords):
        return None
    name = _OLD_TRANSFORMS[word] if sided else _OLD_TRANSFORMS[word].replace("rfft", "fft")
    code = f"{name}({segment(case.site.source, call.args[0])})"
    text = gettext(
        "torch.{name} is gone since PyTorch 1.8. The transforms are in torch.fft and take other arguments: {code}.",
        name=word,
        code=code,
    )
    return Finding(text, tried(case, [Candidate(code, of=call)]))


def _same(path: str, word: str) -> bool:
    return path.rpartition(".")[2].casefold() == word.casefold()


def _suits(case: Case, value: Any) -> bool:
    """Whether ``value`` can be what was meant: a layer is made from sizes, not from tensors."""
    whole = around(case)
    calls = [each for each in ast.walk(whole) if isinstance(each, ast.Call) and each.func is case.node]
    tensors = any(case.facts(each) is not None for call in calls for each in call.args)
    return not (tensors and isinstance(value, type) and _is_layer(value))


def _is_layer(cls: type) -> bool:
    """Whether ``cls`` makes modules of torch.nn."""
    return any(class_dict(base).get("__module__") == "torch.nn.modules.module" for base in mro(cls))


def _missing(case: Case) -> tuple[ast.Attribute | None, Any, str]:
    """The failing attribute, the object that lacks it, and the name."""
    node, error = case.node, case.error
    if not isinstance(node, ast.Attribute) or not isinstance(error, AttributeError):
        return None, None, ""
    return node, error.obj, node.attr


def _candidates(case: Case, node: ast.expr, paths: list[str]) -> Iterator[Candidate]:
    for path in paths:
        yield renamed(case, node, path)


_OF_OUTPUTS = ("logits", "loss", "losses")  # of the objects that many networks return, and no slip for logit or less


def _of_tensor(case: Case) -> Finding | None:
    node, tensor, word = _missing(case)
    if node is None or not is_tensor_class(type(tensor)):
        return None
    if word == "astype":
        return as_dtype(case, node)
    other, source = _OTHER_NAMES.get(word), case.site.source
    first, _, rest = word.partition("_")
    if first in ("grad", "data") and rest in dir(sys.modules["torch"].Tensor):
        code = postfix(source, node.value, f".{first}.{rest}")
        text = gettext("A tensor has no attribute {name}: write a dot, {code}.", name=word, code=code)
        return Finding(text, verified(case, renamed(case, node, code)))
    names = [f"{each}_" for each in of_tensors()] if word.endswith("_") else of_tensors()
    close = [each for each in near(word, names) if each != word and hasattr(sys.modules["torch"].Tensor, each)]
    close = close if word not in _OF_OUTPUTS else []
    found = [other, *close] if other is not None and other in of_tensors() else close
    functions = [f"{path}.{word}" for path, names in homes(case.scope) if word in names and path in ("F", "torch")]
    called = tried(case, _as_functions(case, node, functions))
    if called:
        text = gettext(
            "A tensor has no method {name}. There is a function {function}.", name=word, function=functions[0]
        )
        return Finding(text, called)
    if not found:
        return None
    texts = [postfix(source, node.value, f".{each}") for each in found]
    text = gettext("A tensor has no attribute {name}. It has {other}.", name=word, other=found[0])
    return Finding(text, tried(case, _candidates(case, node, texts)))


def _not_writable(case: Case) -> Finding | None:
    """``x.dtype = torch.float64``, ``x.shape = (3, 2)``."""
    match case.node, case.site.line:
        case ast.Attribute(value=base, attr="dtype" | "device" | "shape" as word), ast.Assign(value=value):
            pass
        case _:
            return None
    if case.facts(base) is None:
        return None
    source = case.site.source
    given = segment(source, value)
    if word == "dtype" and (dtype := dtype_meant(value)) is not None:
        given = f"torch.{dtype}"
    new = postfix(source, base, f".reshape({given})" if word == "shape" else f".to({given})")
    line = f"{segment(source, base)} = {new}"
    text = gettext(
        "The {attribute} of a tensor is read, not assigned. {code} makes a new tensor that has it.",
        attribute=word,
        code=new,
    )
    return Finding(text, tried(case, [Candidate(line, replaces_line=True)]) if isinstance(base, ast.Name) else ())


def _as_functions(case: Case, node: ast.Attribute, names: list[str]) -> Iterator[Candidate]:
    """``x.gelu()`` → ``F.gelu(x)``."""
    source = case.site.source
    whole = next((each for each in case.site.parents[:1] if isinstance(each, ast.Call) and each.func is node), None)
    if whole is not None and not whole.keywords:
        given = ", ".join(segment(source, each) for each in (node.value, *whole.args))
        yield from (Candidate(f"{name}({given})", of=whole) for name in names)


def _of_network(case: Case) -> Finding | None:
    node, module, word = _missing(case)
    if node is None or kind_of(module) is not Kind.MODULE or "_modules" not in own_dict(module):
        return None
    if (found := other_names(case) or size_of_a_container(case) or of_wrapped(case)) is not None:
        return found
    if word == "_init_" or "_init_" in class_dict(type(module)):
        text = gettext(
            "{type} has a method _init_, with one underscore on each side. Python calls __init__, with two.",
            type=type_name(module),
        )
        return Finding(text)
    held = own_dict(module)
    parts = [each for key in ("_modules", "_parameters", "_buffers") for each in held.get(key, ())]
    own = [each for each in (*parts, *held, *_of_classes(type(module))) if not each.startswith("_")][:_MOST_PARTS]
    close = [each for each in _closest(word, own) if is_used_alike(case, node, module, each)]
    said = case.called(node.value, type_name(module))
    said = type_name(module) if said == "self" else said
    if close:
        texts = [postfix(case.site.source, node.value, f".{each}") for each in close]
        text = gettext("{module} has no attribute {name}. It has {other}.", module=said, name=word, other=close[0])
        return Finding(text, tried(case, _candidates(case, node, texts)))
    if (found := activation_not_made(case)) is not None:
        return found
    if word == "grad" and (parameters := [key for key, each in held["_parameters"].items() if each is not None]):
        text = gettext(
            "{module} is a module ({type}), and its parameters have gradients, each its own: {places}.",
            module=said,
            type=type_name(module),
            places=every([f"{said}.{each}.grad" for each in parameters[:_MOST_PARTS]]),
        )
        return Finding(text)
    if word in of_tensors():
        text = gettext(
            "{module} is a module ({type}), not a tensor, so it has no {name}. Call it with an input: "
            "its output is a tensor.",
            module=said,
            type=type_name(module),
            name=word,
        )
        return Finding(text)
    if (head := head_by_another_name(case, node, module)) is not None:
        return head
    if not parts and (frozen := without_parameters(case, node, module)) is not None:
        return frozen
    if not parts:
        text = gettext(
            "{module} has no attribute {name}. It has no layers, parameters or buffers yet.", module=said, name=word
        )
        return Finding(text)
    names = ", ".join(parts[:_MOST_LISTED])
    return Finding(
        gettext("{module} has no attribute {name}. It contains {names}.", module=said, name=word, names=names)
    )


def _closest(word: str, names: list[str]) -> list[str]:
    """Those that may be meant: where one differs in case or underscores alone, no other."""
    close = near(word, names, 0.6)
    same = [each for each in close if _folded(each) == _folded(word)]
    return same or close


def _folded(name: str) -> str:
    return name.casefold().replace("_", "")


def _of_classes(cls: type) -> list[str]:
    return [name for base in mro(cls)[:-1] for name in class_dict(base)]


def _of_numbers(case: Case) -> Finding | None:
    node, value, word = _missing(case)
    if node is None or type(value) not in _NUMBERS or word not in of_tensors():
        return None
    source = case.site.source
    if (plain := _plain_already(case, node, value)) is not None:
        return plain
    fields = {"name": operand_text(case, node.value), "type": type_name(value), "attribute": word}
    if type(value) in (int, float):
        text = still_at_start(case, node.value, **fields) or gettext(
            "{name} is a plain Python number ({type}), and only tensors have {attribute}. "
            "item(), float() and len() return such numbers.",
            **fields,
        )
        return _taken_out(case, node, text)
    if value and is_tensor_class(type(value[0])) and (pair := cut_of_pair(case, node)) is not None:
        return pair
    if value and is_tensor_class(type(value[0])):
        text = ngettext(
            "{name} is a {type} of {count} element, a tensor, and only tensors have {attribute}. [0] takes it out.",
            "{name} is a {type} of {count} elements, the first of which is a tensor, "
            "and only tensors have {attribute}. [0] takes the first one out.",
            len(value),
            **fields,
        )
        first = postfix(source, node.value, f"[0].{word}")
        return Finding(text, tried(case, _candidates(case, node, [first])))
    if value and all(type(each) is str for each in value):
        text = gettext(
            "{name} is a {type} of strings, such as {first}, and only tensors have {attribute}. A tensor holds "
            "numbers: texts stay a {type}, and names of classes get an index each, where the samples are made.",
            first=repr(value[0][:_LONGEST]),
            **fields,
        )
        return Finding(text)
    if _nested(value) is None:
        return Finding(gettext("{name} is a {type}, and only tensors have {attribute}.", **fields))
    text = gettext(
        "{name} is a {type}, and only tensors have {attribute}. torch.tensor({name}) makes a tensor of it.", **fields
    )
    made = f"torch.tensor({segment(source, node.value)}).{word}"
    return Finding(text, tried(case, _candidates(case, node, [made])))


def _plain_already(case: Case, node: ast.Attribute, value: Any) -> Finding | None:
    """``total.item()`` of a number, ``rows.tolist()`` of a list: there is nothing to convert."""
    call = case.parents[0] if case.parents else None
    if not isinstance(call, ast.Call) or call.func is not node or call.args or call.keywords:
        return None
    fields = {"name": operand_text(case, node.value), "attribute": node.attr, "type": type_name(value)}
    if type(value) in (int, float) and node.attr in ("item", "detach", "cpu", "numpy", "tolist"):
        text = gettext("{name} is a plain Python number already ({type}): leave .{attribute}() off.", **fields)
    elif type(value) in (list, tuple) and node.attr == "tolist" and _nested(value) is not None:
        text = gettext("{name} is a {type} of Python numbers already: leave .{attribute}() off.", **fields)
    else:
        return None
    return Finding(text, verified(case, Candidate(segment(case.site.source, node.value), of=call)))


def _taken_out(case: Case, node: ast.Attribute, text: str) -> Finding:
    """``loss.backward()`` of a number: the line that made it, without the ``.item()`` at its end."""
    made = origin(case, node.value.id) if isinstance(node.value, ast.Name) else None
    match made.value if made is not None else None:
        case ast.Call(func=ast.Attribute(value=base, attr="item"), args=[]) as call:
            called = "item()"
        case ast.Call(func=ast.Name(id="float"), args=[base]) as call:
            called = "float()"
        case _:
            within = returned_number(case, node.value.id) if isinstance(node.value, ast.Name) else ""
            return Finding(f"{text} {within}" if within else text)
    assert made is not None
    line = one_line(spliced(made.source, made.statement, {call: segment(made.source, base)}))
    off = gettext(
        "{called} in `{statement}` has made it. Leave it off: `{line}`.", called=called, statement=made.label, line=line
    )
    text = f"{text} {off}"
    site = case.site
    if not made.is_alone or site.is_nested or site.line is not site.statement:
        return Finding(text)
    fix = typed(case, f"{line}\n{segment(site.source, site.line)}", "")
    return Finding(text, (fix,) if fix is not None else ())


def _nested(value: Any, depth: int = 0) -> tuple[int, ...] | None:
    """The shape of numbers in lists of equal lengths; None of anything else."""
    if type(value) in (bool, int, float):
        return ()
    if type(value) not in (list, tuple) or depth > _DEEPEST or len(value) > _MOST_PARTS:
        return None
    found = {_nested(each, depth + 1) for each in value}
    inner = found.pop() if len(found) == 1 else () if not found else None
    return None if inner is None else (len(value), *inner)


BEFORE = ("python.own_objects",)

_MORE = "python/attributes"

RULES = (
    Rule(
        "tensor attribute",
        ("AttributeError",),
        r"attribute '(dtype|device|shape)' of '.*' objects is not writable|can't set attribute '?(dtype|device|shape)",
        _not_writable,
        more=_MORE,
    ),
    Rule("module attribute", ("AttributeError",), r"^module '[\w.]+' has no attribute", _of_module, _MORE),
    Rule(
        "tensor attribute",
        ("AttributeError",),
        r"^'\w+' object has no attribute '\w+'",
        _of_tensor,
        more=_MORE,
    ),
    Rule(
        "layer attribute",
        ("AttributeError",),
        r"^'\w+' object has no attribute '\w+'",
        _of_network,
        more="modules/layer-names",
    ),
    Rule(
        "list attribute",
        ("AttributeError",),
        r"^'(?:list|tuple|int|float)' object has no attribute",
        _of_numbers,
        more="python/numbers-and-tensors",
        lesson="creation/write-down",
    ),
)
