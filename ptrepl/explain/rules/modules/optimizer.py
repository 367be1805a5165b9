"""An optimizer that refuses what it was given: nothing, a network, a single tensor, a tensor that is no leaf."""

from __future__ import annotations

import ast
import sys
import types
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.facts import read
from ptrepl.engine.watch.kinds import Kind, class_dict, is_tensor_class, kind_of, own_dict, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.provenance.origins import origin
from ptrepl.explain.rewrite import in_one_line, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.standins.undisturbed import quietly
from ptrepl.texts.messages import gettext

_MOST_PARTS = 2_000


def _given(case: Case) -> tuple[ast.Call, ast.expr] | None:
    """The call that creates the optimizer, and what it was given to update."""
    node = case.node
    frame = case.inner("__init__")
    if not isinstance(node, ast.Call) or frame is None or not _is_optimizer(case.real(node.func)):
        return None
    named = next((each.value for each in node.keywords if each.arg == "params"), None)
    given = named or (node.args[0] if node.args else None)
    return None if given is None else (node, given)


def _is_optimizer(cls: Any) -> bool:
    home = class_dict(cls).get("__module__") if type(cls) is type else None
    return type(home) is str and home.startswith("torch.optim.")


def _empty(case: Case) -> Finding | None:
    found = _given(case)
    if found is None:
        return None
    _, given = found
    name = case.called(given, gettext("what it was given"))
    if type(case.real(given)) is types.GeneratorType:
        return Finding(
            gettext(
                "{name} is a generator: it gives its parameters only once, and it has given them before. "
                "list({name}), made while it is new, keeps them.",
                name=name,
            )
        )
    match given:
        case ast.Call(func=ast.Attribute(value=held, attr="parameters"), args=[]):
            module = case.real(held)
            if kind_of(module) is Kind.MODULE:
                return Finding(_without_parameters(case.called(held, type_name(module)), module))
    return Finding(gettext("{name} is empty: there is nothing for the optimizer to update.", name=name))


def _without_parameters(name: str, module: Any) -> str:
    for key, value in own_dict(module).items():
        parts = value.values() if type(value) is dict else value if type(value) in (list, tuple) else ()
        if not key.startswith("_") and any(kind_of(each) is Kind.MODULE for each in parts):
            return gettext(
                "{name} keeps its layers in {attribute}, a plain {type}, and parameters() does not look in there. An "
                "{container} in its place registers them.",
                name=name,
                attribute=key,
                type=type_name(value),
                container="nn.ModuleDict" if type(value) is dict else "nn.ModuleList",
            )
    return gettext("{name} has no parameters: nothing in it can be trained.", name=name)


def _result(case: Case) -> Finding | None:
    found = _given(case)
    if found is None:
        return None
    call, given = found
    unpacked = _unpacked_rows(case, given)
    if unpacked is not None:
        return unpacked
    held = case.real(given)
    if type(held) in (list, tuple):
        for place, each in enumerate(held):
            if is_tensor_class(type(each)) and not read(each).is_leaf:
                return Finding(_non_leaf_in_list(case, given, place, each))
        return None
    for each in given.elts if isinstance(given, (ast.List, ast.Tuple)) else [given]:
        value = case.real(each)
        if is_tensor_class(type(value)) and not read(value).is_leaf:
            return Finding(_non_leaf(case, each, value), _leaf_first(case, call, given, each))
        if value is None and case.facts(each) is not None:
            return Finding(_computed(case, each))
    return None


def _computed(case: Case, node: ast.expr) -> str:
    code = case.called(node, gettext("This expression"))
    return gettext("{code} computes a new tensor. An optimizer updates leaves: give it the tensor itself.", code=code)


def _non_leaf_in_list(case: Case, given: ast.expr, place: int, tensor: Any) -> str:
    name = case.called(given, gettext("the list"))
    return gettext(
        "{name}[{index}] is the result of an operation ({grad_fn}). An optimizer updates leaves: tensors that were "
        "created, not computed. Make each of them with requires_grad_() as the last step, so that nothing is computed "
        "from it.",
        name=name,
        index=place,
        grad_fn=read(tensor).grad_fn,
    )


def _unpacked_rows(case: Case, given: ast.expr) -> Finding | None:
    """``itertools.chain(*net.parameters(), w)``, which goes through the rows of each parameter."""
    match given:
        case ast.Call(func=ast.Attribute(attr="chain") | ast.Name(id="chain"), args=args) if any(
            isinstance(each, ast.Starred) for each in args
        ):
            pass
        case _:
            return None
    source = case.site.source
    together = "[" + ", ".join(segment(source, each) for each in args) + "]"
    said = gettext(
        "chain goes through what each of its arguments holds, and a tensor holds its rows: those are computed, not "
        "leaves. {code} is a list of the tensors themselves.",
        code=together,
    )
    fix = spliced(source, case.site.line, {given: together})
    return Finding(said, () if case.site.is_nested or case.site.line is not case.site.statement else (Fix(fix),))


def _setting(case: Case) -> Finding | None:
    """``lr="0.1"``."""
    node = case.node
    if not isinstance(node, ast.Call) or not _is_optimizer(case.real(node.func)):
        return None
    for each in node.keywords:
        value = case.value(each.value)
        if each.arg is None or type(value) is not str:
            continue
        said = gettext("{name} is {value}, a string: numbers have no quotes.", name=each.arg, value=repr(value))
        try:
            float(value)
        except ValueError:
            return Finding(
                gettext("{name} is {value}, a string, and it has to be a number.", name=each.arg, value=repr(value))
            )
        site = case.site
        if site.is_nested or site.line is not site.statement or not isinstance(each.value, ast.Constant):
            return Finding(said)
        return Finding(said, (Fix(spliced(site.source, site.line, {each.value: value.strip()})),))
    return None


def _non_leaf(case: Case, node: ast.expr, tensor: Any) -> str:
    name = case.called(node, gettext("one of them"))
    made = origin(case, node.id) if isinstance(node, ast.Name) else None
    if made is None:
        return gettext(
            "{name} is the result of an operation ({grad_fn}). An optimizer updates leaves: tensors that were created, "
            "not computed.",
            name=name,
            grad_fn=read(tensor).grad_fn,
        )
    return gettext(
        "{name} is the result of `{statement}`. An optimizer updates leaves: tensors that were created, not computed.",
        name=name,
        statement=made.label,
    )


def _leaf_first(case: Case, call: ast.Call, given: ast.expr, each: ast.expr) -> tuple[Fix, ...]:
    site = case.site
    if site.is_nested or site.line is not site.statement or not isinstance(each, ast.Name):
        return ()
    first = f"{each.id} = {each.id}.detach().requires_grad_()"
    return (Fix(f"{first}\n{segment(site.source, site.line)}"),) if _takes(case, call, given) else ()


def _wrong_kind(case: Case) -> Finding | None:
    found = _given(case)
    if found is None:
        return None
    call, given = found
    source, name = case.site.source, case.called(given, gettext("what it was given"))
    parts = [*_parts(given)]
    values = [case.real(each) for each in parts]
    if len(values) == 1 and values[0] is None and case.facts(parts[0]) is not None:
        return Finding(_computed(case, parts[0]))
    if is_tensor_class(type(values[0])) and len(values) == 1:
        said = gettext(
            "An optimizer takes a list of tensors, and {name} is one tensor. [{name}] is a list of it.", name=name
        )
        return Finding(said, _fixed(case, call, given, f"[{segment(source, given)}]"))
    texts = [_parameters(case, source, each) for each in parts]
    if not texts or any(each is None for each in texts):
        return None
    new = texts[0] if len(texts) == 1 else "[" + ", ".join(f"*{each}" for each in texts) + "]"
    said = gettext("An optimizer takes the parameters themselves: {code}.", code=new)
    return Finding(said, _fixed(case, call, given, str(new)))


def _parts(given: ast.expr) -> Iterator[ast.expr]:
    yield from given.elts if isinstance(given, (ast.List, ast.Tuple)) and given.elts else [given]


def _parameters(case: Case, source: str, node: ast.expr) -> str | None:
    """``net`` and ``net.parameters`` → ``net.parameters()``."""
    text = in_one_line(source, node)
    match node:
        case ast.Call(func=ast.Attribute(attr="parameters"), args=[]):
            return text
        case ast.Attribute(value=held, attr="parameters") if kind_of(case.real(held)) is Kind.MODULE:
            return f"{text}()"
    return f"{text}.parameters()" if kind_of(case.real(node)) is Kind.MODULE else None


def _fixed(case: Case, call: ast.Call, given: ast.expr, text: str) -> tuple[Fix, ...]:
    site = case.site
    held = [case.real(each.value) for each in ast.walk(ast.parse(f"({text})")) if isinstance(each, ast.Attribute)]
    enough = all(kind_of(each) is not Kind.MODULE or _has_parameters(each) for each in held)
    if site.is_nested or not enough or not _takes(case, call, given):
        return ()
    tensor = case.real(given)
    if is_tensor_class(type(tensor)) and not read(tensor).is_leaf:
        return ()
    return (Fix(spliced(site.source, call, {given: text})),)


def _has_parameters(module: Any) -> bool:
    pending, seen = [module], 0
    while pending and seen < _MOST_PARTS:
        names = own_dict(pending.pop())
        seen += 1
        if any(each is not None for each in names.get("_parameters", {}).values()):
            return True
        pending += [each for each in names.get("_modules", {}).values() if each is not None]
    return False


def _takes(case: Case, call: ast.Call, given: ast.expr) -> bool:
    """Whether the optimizer takes a small leaf for the parameters, with all other arguments as they were written."""
    torch = sys.modules["torch"]
    rest = [case.value(each) for each in call.args[1:] if each is not given]
    named = {str(each.arg): case.value(each.value) for each in call.keywords if each.value is not given}
    if any(each is None for each in (*rest, *named.values())):
        return False
    # without its own: that imports torch._dynamo when it is called first, 2 s
    probe = type("Probe", (case.real(call.func),), {"add_param_group": lambda self, group: None})
    try:
        with quietly():
            probe([torch.zeros(1).requires_grad_()], *rest, **named)
    except Exception:
        return False
    return True


_MORE = "modules/optimizer"

RULES = (
    Rule("empty optimizer", ("ValueError",), r"optimizer got an empty parameter list", _empty, _MORE),
    Rule("non-leaf parameters", ("ValueError",), r"can't optimize a non-leaf Tensor", _result, _MORE),
    Rule("optimizer setting", ("TypeError",), r"'str' and '(float|int)'|'(float|int)' and 'str'", _setting, _MORE),
    Rule(
        "optimizer parameters",
        ("TypeError",),
        r"params argument given to the optimizer should be|optimizer can only optimize Tensors|object is not iterable",
        _wrong_kind,
        _MORE,
        lesson="regression/sgd",
    ),
)
