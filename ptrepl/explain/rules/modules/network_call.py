"""A network that was handed over and not called, a list of layers that was called, a pooling that was taken apart."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.facts import read
from ptrepl.engine.watch.kinds import Kind, is_tensor_class, kind_of, module_name, own_dict, type_name
from ptrepl.explain.called_name import names_within
from ptrepl.explain.case import Case, sizes
from ptrepl.explain.fixes.trial import Candidate, tried, verified
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.provenance.origins import origin
from ptrepl.explain.rewrite import in_a_sentence, in_one_line, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext, ngettext

_MOST_NAMES = 3_000
_SIDE_BY_SIDE = re.compile(
    r"_?(?:\w+_)?(?:heads|experts|branches|towers|critics|ensemble|models|nets|members|discriminators)"
)
"""Names of layers of which each is given the same input."""


def _uncalled(case: Case) -> Finding | None:
    """``criterion(net, y)``, ``torch.sigmoid(net)``."""
    node = case.node
    if not isinstance(node, ast.Call):
        return None
    given = [each for each in node.args if isinstance(each, (ast.Name, ast.Attribute)) and _is_network(case, each)]
    if len(given) != 1 or "_parameters" not in own_dict(case.real(given[0])):
        return None
    network = given[0]
    held, function = own_dict(case.real(network)), case.text(node.func).rpartition(".")[2]
    if function.endswith("_") or function.startswith("clip_"):
        return _its_weight(case, network, function)
    if any(is_tensor_class(type(each)) for each in held.values()) or kind_of(case.real(node.func)) is not Kind.MODULE:
        return None
    said = gettext(
        "{network} is the network itself ({type}), and {function} takes a tensor there: what the network gives for an "
        "input.",
        network=case.text(network),
        type=type_name(case.real(network)),
        function=operand_text(case, node.func),
    )
    inputs = [*_inputs(case, network)]
    if len(inputs) != 1:
        instead = gettext("Call it: {network}(…), with your input in the brackets.", network=case.text(network))
        return Finding(f"{said} {instead}")
    code = f"{case.text(network)}({inputs[0]})"
    instead = gettext("Call it with its input: {code}.", code=code)
    return Finding(f"{said} {instead}", tried(case, [Candidate(spliced(case.site.source, node, {network: code}))]))


def _its_weight(case: Case, network: ast.expr, function: str) -> Finding | None:
    """``nn.init.xavier_uniform_(layer)``: what is drawn are the numbers of a parameter."""
    own = own_dict(case.real(network)).get("_parameters", {})
    if not is_tensor_class(type(own.get("weight"))) or not function.endswith("_") or function.startswith("clip_"):
        return None
    assert isinstance(case.node, ast.Call)
    weight = f"{case.text(network)}.weight"
    said = gettext(
        "{function} fills a tensor, and {layer} is a layer ({type}). Its tensors are parameters: {weight} is one.",
        function=function,
        layer=case.text(network),
        type=type_name(case.real(network)),
        weight=weight,
    )
    return Finding(said, verified(case, Candidate(spliced(case.site.source, case.node, {network: weight}))))


def _is_network(case: Case, node: ast.expr) -> bool:
    held = case.real(node)
    return kind_of(held) is Kind.MODULE and not module_name(type(held)).startswith("torch.nn.modules.loss")


def _inputs(case: Case, network: ast.expr) -> Iterator[str]:
    """The names of tensors in reach that the network takes and that the failing call does not have already."""
    assert isinstance(case.node, ast.Call)
    scope, called = case.scope, names_within(case.node)
    held = scope.locals if case.site.is_nested else case.names
    for name, value in [*held.items()][:_MOST_NAMES]:
        if type(name) is str and not name.startswith("_") and name not in called and is_tensor_class(type(value)):
            made = ast.parse(f"{case.text(network)}({name})", mode="eval").body  # not a sentence: code
            if case.value(made) is not None:
                yield name


def _list_called(case: Case) -> Finding | None:
    """``self.layers(x)`` of a list of layers."""
    node = case.node
    if not isinstance(node, ast.Call) or len(node.args) != 1:
        return None
    held: Any = case.real(node.func)
    name = type_name(held)
    if name == "ModuleList" and kind_of(held) is Kind.MODULE:
        held = [*own_dict(held).get("_modules", {}).values()]
    if type(held) not in (list, tuple) or not held or not all(kind_of(each) is Kind.MODULE for each in held):
        return None
    layers, kind = operand_text(case, node.func), "nn.ModuleList" if name == "ModuleList" else name
    if not _is_chain(held):
        said = gettext(
            "{layers} only holds the layers, in a {type}, and cannot be called. Call the one that is meant, "
            "{layers}[0](…), or each in a loop. The output of one does not fit into the next.",
            layers=layers,
            type=kind,
        )
        return Finding(said)
    if _SIDE_BY_SIDE.fullmatch(layers.rpartition(".")[2]):
        said = gettext(
            "{layers} only holds the layers, in a {type}, and cannot be called. Call the one that is meant, "
            "{layers}[0](…), or each in a loop.",
            layers=layers,
            type=kind,
        )
        return Finding(said)
    result, first = _result_name(case, node.args[0])
    loop = f"for layer in {layers}: {result} = layer({result})"  # not a sentence: code
    if first:
        said = gettext(
            "{layers} only holds the layers, in a {type}, and cannot be called. Call them one after the other: first "
            "{code}, then {loop}.",
            layers=layers,
            type=kind,
            code=in_a_sentence(first),
            loop=loop,
        )
    else:
        said = gettext(
            "{layers} only holds the layers, in a {type}, and cannot be called. Call them one after the other: {loop}.",
            layers=layers,
            type=kind,
            loop=loop,
        )
    return Finding(said, _looped(case, node, result, first))


def _is_chain(layers: Sequence[Any]) -> bool:
    """Whether each layer may take what the one before gives, as far as their sizes tell."""
    outputs: Any = None
    for each in layers:
        own = own_dict(each)
        takes = own.get("in_features", own.get("in_channels", own.get("num_features")))
        gives = own.get("out_features", own.get("out_channels"))
        if type(takes) is int and type(outputs) is int and takes != outputs:
            return False
        outputs = gives if type(gives) is int else outputs
    return True


def _result_name(case: Case, given: ast.expr) -> tuple[str, str]:
    """The name that goes through the layers, and the line that makes it first, "" where ``given`` is a name itself."""
    line = case.site.line
    if isinstance(given, ast.Name):
        return given.id, ""
    if isinstance(line, ast.Assign) and line.value is case.node and isinstance(line.targets[0], ast.Name):
        name = line.targets[0].id
        return name, f"{name} = {segment(case.site.source, given)}"
    taken = {*case.site.frame.f_locals, *case.names}
    name = next((each for each in ("out", "x", "h", "hidden") if each not in taken), "result")
    return name, f"{name} = {segment(case.site.source, given)}"


def _looped(case: Case, node: ast.Call, result: str, first: str) -> tuple[Fix, ...]:
    line, source = case.site.line, case.site.source
    if not isinstance(node.func, (ast.Name, ast.Attribute)) or "\n" in first:
        return ()
    loop = f"for layer in {segment(source, node.func)}:\n    {result} = layer({result})"  # not a sentence: code
    loop = f"{first}\n{loop}" if first else loop
    match line:
        case ast.Return(value=value) if value is node:
            return verified(case, Candidate(f"{loop}\nreturn {result}", replaces_line=True))
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if value is node and name == result:
            return verified(case, Candidate(loop, replaces_line=True))
    return ()


def _indices(case: Case) -> Finding | None:
    """``x, indices = self.pool(x)``."""
    line = case.site.line
    match line:
        case ast.Assign(targets=[ast.Tuple(elts=[_, _])], value=ast.Call() as call):
            pass
        case _:
            return None
    held = case.real(call.func)
    if not module_name(type(held)).startswith("torch.nn.modules.pooling") or "return_indices" not in own_dict(held):
        return None
    if own_dict(held)["return_indices"] is not False:
        return None
    name = operand_text(case, call.func)
    return Finding(
        gettext(
            "{layer} gives one tensor. It gives the indices too if it is made so: nn.{type}({size}, "
            "return_indices=True).",
            layer=name,
            type=type_name(held),
            size=own_dict(held).get("kernel_size"),
        )
    )


def _of_loss(case: Case) -> Finding | None:
    """``criterion.backward()``: of the loss, not of what computes it."""
    node, error = case.node, case.error
    if not isinstance(node, ast.Attribute) or not isinstance(error, AttributeError):
        return None
    held, source = error.obj, case.site.source
    if not module_name(type(held)).startswith("torch.nn.modules.loss") or node.attr not in ("backward", "item"):
        return None
    said = gettext(
        "{criterion} computes losses ({type}) and is none itself. {method} is a method of what it gives.",
        criterion=case.text(node.value),
        type=type_name(held),
        method=node.attr,
    )
    found = [*_losses(case, held)]
    if len(found) != 1:
        return Finding(said)
    line = case.site.line
    code = spliced(source, line, {node.value: found[0]})
    instead = gettext("Write {code}.", code=in_one_line(code, ast.parse(code).body[0]))
    return Finding(f"{said} {instead}", verified(case, Candidate(code, replaces_line=True)))


def _function_called(case: Case) -> Finding | None:
    """``net.apply(init_weights())``: what takes a function gets what the function gives."""
    node, whole = case.node, next(iter(case.parents), None)
    if not isinstance(node, ast.Call) or node.args or node.keywords or not isinstance(node.func, ast.Name):
        return None
    if not isinstance(whole, ast.Call) or node not in whole.args or not isinstance(whole.func, ast.Attribute):
        return None
    if whole.func.attr != "apply" or kind_of(case.real(whole.func.value)) is not Kind.MODULE:
        return None
    code = spliced(case.site.source, whole, {node: node.func.id})
    said = gettext(
        "apply calls the function itself, once for each layer. So it is given without (): {code}.",
        code=in_one_line(code, ast.parse(code, mode="eval").body),
    )
    return Finding(said, verified(case, Candidate(code, of=whole)))


def _layer_number(case: Case) -> Finding | None:
    """``net[3]`` of an nn.Sequential with three layers."""
    node = case.node
    held = case.real(node.value) if isinstance(node, ast.Subscript) else None
    layers = own_dict(held).get("_modules") if kind_of(held) is Kind.MODULE else None
    if not isinstance(node, ast.Subscript) or type(layers) is not dict or not layers:
        return None
    return Finding(
        ngettext(
            "{network} has one layer, number 0.",
            "{network} has {count} layers, numbered 0 to {last}.",
            len(layers),
            network=case.text(node.value),
            last=len(layers) - 1,
        )
    )


def _losses(case: Case, held: Any) -> Iterator[str]:
    """The names that hold what the loss module gave."""
    names = case.scope.locals if case.site.is_nested else case.names
    for name, value in [*names.items()][:_MOST_NAMES]:
        if type(name) is not str or name.startswith("_") or not is_tensor_class(type(value)):
            continue
        facts = read(value)
        made = origin(case, name) if sizes(facts) == () and facts.requires_grad else None
        if made is not None and isinstance(made.value, ast.Call) and case.real(made.value.func) is held:
            yield name


_MORE = "modules/layer-names"

BEFORE = (
    "python.no_function",
    "modules.layer_settings",
    "arrays.from_data",
    "autograd.no_gradient",
    "data.unpack",
    "forward.missing_input",
    "modules.module",
    "python.attribute",
    "python.called",
    "modules.own_arguments",
)

RULES = (
    Rule(
        "uncalled network",
        ("TypeError", "AttributeError"),
        r"must be Tensor, not|object has no attribute '(?:size|dim|shape|fill_|zero_|uniform_|normal_|log_softmax|"
        r"dtype|device|ndim)'",
        _uncalled,
        more=_MORE,
    ),
    Rule("layer list", ("TypeError",), r"^'(?:list|tuple)' object is not callable", _list_called, _MORE),
    Rule("layer list", ("NotImplementedError",), r"Module \[ModuleList\] is missing", _list_called, _MORE),
    Rule("pooling indices", ("ValueError",), r"values to unpack", _indices, "modules/settings"),
    Rule(
        "function called",
        ("TypeError",),
        r"^\w+\(\) missing 1 required positional argument: '\w+'$",
        _function_called,
        _MORE,
    ),
    Rule("layer number", ("IndexError",), r"^index -?\d+ is out of range", _layer_number, _MORE),
    Rule("loss method", ("AttributeError",), r"object has no attribute '(?:backward|item)'", _of_loss, _MORE),
)
