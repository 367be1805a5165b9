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
from ptrepl.explain.fixes.class_text import class_text
from ptrepl.explain.provenance.frozen_by import all_parameters, is_frozen
from ptrepl.explain.provenance.graph import operation_of
from ptrepl.explain.provenance.origins import origin
from ptrepl.explain.rewrite import in_one_line, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.rules.optimizers.all_frozen import all_frozen
from ptrepl.explain.rules.optimizers.computed_after import computed_after
from ptrepl.explain.standins.torch_code import is_torch_class
from ptrepl.explain.standins.undisturbed import quietly
from ptrepl.texts.lists import every
from ptrepl.texts.messages import gettext

_ALMOST_INIT = ("_init_", "__init", "_init", "init__", "init", "__int__", "_int_", "__inti__", "__initt__", "__Init__")


def _given(case: Case) -> tuple[ast.Call, ast.expr] | None:
    """The call that creates the optimizer, and what it was given to update."""
    node = case.node
    frame = case.inner("__init__")
    if not isinstance(node, ast.Call) or frame is None or not makes_optimizer(case.real(node.func)):
        return None
    named = next((each.value for each in node.keywords if each.arg == "params"), None)
    given = named or (node.args[0] if node.args else None)
    return None if given is None else (node, given)


def makes_optimizer(cls: Any) -> bool:
    """Whether ``cls`` is a class of torch.optim."""
    home = class_dict(cls).get("__module__") if type(cls) is type else None
    return type(home) is str and home.startswith("torch.optim.")


def _empty(case: Case) -> Finding | None:
    found = _given(case)
    if found is None:
        return None
    _, given = found
    name = case.called(given, gettext("What it was given"))
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
                said = _without_parameters(case.called(held, type_name(module)), module)
                return Finding(said, _with_container(case, module))
    frozen = next((each for each in ast.walk(given) if isinstance(each, ast.Name) and is_frozen(case.real(each))), None)
    if frozen is not None and any(isinstance(each, ast.Attribute) for each in ast.walk(given)):
        return all_frozen(case, frozen)
    return Finding(
        gettext(
            "{name} is empty: there is nothing for the optimizer to update. It takes what parameters() of a network "
            "gives.",
            name=name,
        )
    )


def _plain_container(module: Any) -> tuple[str, Any] | None:
    """The attribute that keeps layers in a plain list or dict, and what it is."""
    for key, value in own_dict(module).items():
        parts = value.values() if type(value) is dict else value if type(value) in (list, tuple) else ()
        if not key.startswith("_") and any(kind_of(each) is Kind.MODULE for each in parts):
            return key, value
    return None


def _with_container(case: Case, module: Any) -> tuple[Fix, ...]:
    """The class of ``module`` with ``nn.ModuleList([…])`` where it has a list: the one place that assigns it."""
    found, text = _plain_container(module), class_text(case, type(module))
    if found is None or text is None or found[0] in class_dict(sys.modules["torch"].nn.Module):
        return ()
    key, value = found
    layers = value.values() if type(value) is dict else value
    if not any(kind_of(each) is Kind.MODULE and _has_parameters(each) for each in layers):
        return ()
    made = [
        each
        for each in ast.walk(text.node)
        if isinstance(each, ast.Assign) and isinstance(target := each.targets[0], ast.Attribute) and target.attr == key
    ]
    if len(made) != 1 or not isinstance(made[0].value, (ast.List, ast.ListComp, ast.Dict)):
        return ()
    container = "nn.ModuleDict" if type(value) is dict else "nn.ModuleList"
    return text.anew({made[0].value: f"{container}({segment(text.source, made[0].value)})"})


def _trained_buffers(module: Any) -> list[str]:
    held = own_dict(module).get("_buffers")
    found = held.items() if type(held) is dict else ()
    return [name for name, each in found if is_tensor_class(type(each)) and read(each).requires_grad is True]


def _without_parameters(name: str, module: Any) -> str:
    if (found := _plain_container(module)) is not None:
        key, value = found
        if key in class_dict(sys.modules["torch"].nn.Module):
            return gettext(
                "{name} keeps its layers in {attribute}, a plain list, and parameters() does not look in there. "
                "nn.Module has a method {attribute}, so give them another name: self.layers = nn.ModuleList(…) "
                "registers them.",
                name=name,
                attribute=key,
            )
        return gettext(
            "{name} keeps its layers in {attribute}, a plain {type}, and parameters() does not look in there. An "
            "{container} in its place registers them: write self.{attribute} = {container}(…).",
            name=name,
            attribute=key,
            type=type_name(value),
            container="nn.ModuleDict" if type(value) is dict else "nn.ModuleList",
        )
    if buffers := _trained_buffers(module):
        return gettext(
            "{name} has no parameters: it keeps {buffers} as buffers, which parameters() leaves out, though they "
            "require grad. nn.Parameter in place of register_buffer makes parameters of them; an optimizer takes a "
            "list of such tensors as well.",
            name=name,
            buffers=every(buffers),
        )
    wrong = next((each for each in _ALMOST_INIT if each in class_dict(type(module))), None)
    if wrong is not None and "__init__" not in class_dict(type(module)):
        code = getattr(class_dict(type(module))[wrong], "__code__", None)
        parameters = code.co_varnames[1 : code.co_argcount] if code is not None else ()
        if wrong in getattr(code, "co_names", ()):
            if parameters:
                return gettext(
                    "{name} has no parameters: its class has a method {method}, and Python calls __init__, with two "
                    "underscores on each side. So the layers were never made. Write __init__ there, and in the call "
                    "of super() too, and make {name} again, with its settings: {call}.",
                    name=name,
                    method=wrong,
                    call=f"{type_name(module)}({', '.join(parameters)})",
                )
            return gettext(
                "{name} has no parameters: its class has a method {method}, and Python calls __init__, with two "
                "underscores on each side. So the layers were never made. Write __init__ there, and in the call of "
                "super() too, and make {name} again.",
                name=name,
                method=wrong,
            )
        return gettext(
            "{name} has no parameters: its class has a method {method}, and Python calls __init__, with two "
            "underscores on each side. So the layers were never made. Write __init__ there, and make {name} again.",
            name=name,
            method=wrong,
        )
    if is_torch_class(type(module)):
        return gettext("{name} has no parameters: nothing in it can be trained.", name=name)
    return gettext(
        "{name} has no parameters: nothing in it can be trained. Its layers and parameters are assigned to self in "
        "__init__, as in self.fc = nn.Linear(2, 1).",
        name=name,
    )


def _result(case: Case) -> Finding | None:
    found = _given(case)
    if found is None:
        return None
    call, given = found
    starred = _starred(case, given)
    if starred is not None:
        return Finding(*starred)
    held = case.real(given)
    if type(held) is list and isinstance(given, ast.Name):
        first = next(
            (at for at, each in enumerate(held) if is_tensor_class(type(each)) and not read(each).is_leaf), None
        )
        if first is not None:
            return _list_of_results(case, call, given, held, first)
    for each in given.elts if isinstance(given, (ast.List, ast.Tuple)) else [given]:
        value = case.real(each)
        if is_tensor_class(type(value)) and not read(value).is_leaf:
            if (meant := _meant_instead(case, each)) is not None:
                return Finding(f"{_non_leaf(case, each, value)} {meant}")
            return Finding(_non_leaf(case, each, value), _leaf_first(case, call, given, each))
        if value is None and case.facts(each) is not None:
            code = case.called(each, gettext("This expression"))
            return Finding(
                gettext(
                    "{code} computes a new tensor. An optimizer updates leaves: give it the tensor itself.", code=code
                )
            )
    return None


def _starred(case: Case, given: ast.expr) -> tuple[str, tuple[Fix, ...]] | None:
    """``chain(*net.parameters(), w)``: each parameter is taken apart into its rows."""
    if not isinstance(given, ast.Call) or not any(isinstance(each, ast.Starred) for each in given.args):
        return None
    parts = [each.value if isinstance(each, ast.Starred) else each for each in given.args]
    if not any(isinstance(each, ast.Call) and ast.unparse(each.func).endswith(".parameters") for each in parts):
        return None
    stars = ["*" if isinstance(each, ast.Starred) else "" for each in given.args]
    listed = f"[{', '.join(star + case.text(each) for star, each in zip(stars, parts, strict=True))}]"
    written = case.called(given, gettext("This expression"))
    said = gettext(
        "{code} splits each parameter into its rows, and a row is a computed tensor, not a parameter. A list of the "
        "parameters is {listed}.",
        code=written,
        listed=listed,
    )
    call = case.node
    assert isinstance(call, ast.Call)
    leaves = ast.parse(listed, mode="eval").body
    fits = isinstance(leaves, ast.List) and _takes(case, call, given) and not case.site.is_nested
    return said, (Fix(spliced(case.site.source, call, {given: listed})),) if fits else ()


def _list_of_results(case: Case, call: ast.Call, given: ast.Name, held: list[Any], first: int) -> Finding:
    """A list at the prompt with results of operations in it."""
    name, site = given.id, case.site
    said = gettext(
        "{name}[{index}] is the result of an operation ({grad_fn}). An optimizer updates leaves: detach() takes the "
        "values out of their graph, and requires_grad_() makes a leaf of them.",
        name=name,
        index=first,
        grad_fn=operation_of(held[first]),
    )
    if site.is_nested or site.line is not site.statement or not all(is_tensor_class(type(each)) for each in held):
        return Finding(said)
    again = f"{name} = [each.detach().requires_grad_() for each in {name}]"  # not a sentence: code
    fits = all(str(read(each).dtype).startswith(("float", "bfloat", "complex")) for each in held)
    fits = fits and _takes(case, call, given)
    return Finding(said, (Fix(f"{again}\n{segment(site.source, site.line)}"),) if fits else ())


def _non_leaf(case: Case, node: ast.expr, tensor: Any) -> str:
    name = case.called(node, gettext("one of them"))
    made = origin(case, node.id) if isinstance(node, ast.Name) else None
    if made is None:
        return gettext(
            "{name} is the result of an operation ({grad_fn}). An optimizer updates leaves: tensors that were created, "
            "not computed.",
            name=name,
            grad_fn=operation_of(tensor),
        )
    text = gettext(
        "{name} is the result of `{statement}`. An optimizer updates leaves: tensors that were created, not computed.",
        name=name,
        statement=made.label,
    )
    return " ".join(filter(None, (text, computed_after(made))))


def _meant_instead(case: Case, node: ast.expr) -> str | None:
    """A sentence on what the optimizer is to be given: the network that gave the tensor, or the leaf that it is of."""
    made = origin(case, node.id) if isinstance(node, ast.Name) else None
    if made is None:
        return None
    for each in ast.walk(made.value):
        network = case.real(each.func) if isinstance(each, ast.Call) else None
        if isinstance(each, ast.Call) and kind_of(network) is Kind.MODULE and _has_parameters(network):
            name = in_one_line(made.source, each.func)
            return gettext(
                "If {network} is to be trained, those are {code}.", network=name, code=f"{name}.parameters()"
            )
    for each in ast.walk(made.value):
        held = case.real(each) if isinstance(each, ast.Name) and each.id != made.name else None
        if not isinstance(each, ast.Name) or not is_tensor_class(type(held)):
            continue
        if read(held).is_leaf is True and read(held).requires_grad is True:
            return gettext(
                "{leaf} is one: give it that, and compute {name} from {leaf} again in each step.",
                leaf=each.id,
                name=made.name,
            )
    return None


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
    if is_tensor_class(type(values[0])) and len(values) == 1:
        if read(values[0]).is_leaf is False:
            told = (_non_leaf(case, given, values[0]), _meant_instead(case, given))
            return Finding(" ".join(filter(None, told)))
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
    return any(True for _ in all_parameters(module))


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
    Rule(
        "optimizer parameters",
        ("TypeError",),
        r"params argument given to the optimizer should be|optimizer can only optimize Tensors|object is not iterable",
        _wrong_kind,
        _MORE,
        lesson="regression/sgd",
    ),
)
