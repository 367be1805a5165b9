"""Buffers and parameters that are registered, the padding index of an embedding, EmbeddingBag, clipped gradients."""

from __future__ import annotations

import ast
import sys
from itertools import islice

from ptrepl.engine.record.record import one_line
from ptrepl.engine.watch.facts import shape_text
from ptrepl.engine.watch.kinds import Kind, class_dict, kind_of, own_dict
from ptrepl.explain.called_name import called_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.operands.class_call import class_call
from ptrepl.explain.operands.module_call import module_call
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.own_sites import own_sites
from ptrepl.explain.rewrite import in_one_line, operand, postfix, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext


def _exists(case: Case) -> Finding | None:
    node = case.node
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return None
    nn = sys.modules["torch"].nn
    if any(case.match["name"] in class_dict(cls) for cls in (nn.Module, nn.ModuleDict, nn.ParameterDict)):
        return Finding(
            gettext(
                "{name} is a method that such a module has already, so nothing in it can be called so: take another "
                "name.",
                name=case.match["name"],
            )
        )
    text = gettext(
        "self.{name} was assigned before, so {method} finds the name taken. Leave that assignment out: {method} makes "
        "self.{name} itself.",
        name=case.match["name"],
        method=node.func.attr,
    )
    return Finding(text)


def _name_first(case: Case) -> Finding | None:
    """``self.register_buffer(mean, "mean")``."""
    node, source = case.node, case.site.source
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or len(node.args) != 2:
        return None
    tensor, name = node.args
    if type(case.value(name)) is not str:
        return None
    code = spliced(source, node, {tensor: segment(source, name), name: segment(source, tensor)})
    said = gettext(
        "{method} takes the name first, then the tensor: {code}.", method=node.func.attr, code=one_line(code)
    )
    return Finding(said)


def _no_tensor(case: Case) -> Finding | None:
    node = case.node
    if not isinstance(node, ast.Call) or len(node.args) < 2:
        return None
    given, source = node.args[1], case.site.source
    if case.match["kind"] == "buffer":
        text = gettext(
            "A buffer is a tensor, or None: {given} is of type {type}. torch.tensor makes a tensor of it.",
            given=operand_text(case, given),
            type=case.match["type"],
        )
        new = f"torch.tensor({segment(source, given)})"
    else:
        text = gettext(
            "A parameter is an nn.Parameter, or None. nn.Parameter({given}) makes one of a tensor; register_buffer "
            "keeps a tensor that is not to be trained.",
            given=operand_text(case, given),
        )
        new = f"nn.Parameter({segment(source, given)})"
    code = spliced(source, node, {given: new})
    here = gettext("Here: {code}", code=code)
    return Finding(f"{text} {here}")


def _padding_index(case: Case) -> Finding | None:
    frame = case.inner("__init__")
    names = frame.f_locals if frame is not None else {}
    count, index = names.get("num_embeddings"), names.get("padding_idx")
    if type(count) is not int or type(index) is not int:
        return None
    text = gettext(
        "padding_idx is one of the rows of the embedding, and num_embeddings={count} rows have the indices 0 to "
        "{last}: {index} is not among them. A token for padding is counted in num_embeddings.",
        count=count,
        last=count - 1,
        index=index,
    )
    call = class_call(case, "torch.nn.")
    rows = call.argument("num_embeddings") if call is not None else None
    if call is None or rows is None or index != count:
        return Finding(text)
    there, given = _passed(case, rows) or (case, rows)
    source, site = there.site.source, there.site
    more = str(count + 1) if isinstance(given, ast.Constant) else f"{operand(source, given)} + 1"
    code = spliced(source, site.node, {given: more})
    write = gettext("Write {code}.", code=in_one_line(code, ast.parse(code, mode="eval").body))
    line = spliced(source, site.line, {given: more})
    return Finding(f"{text} {write}", verified(there, Candidate(line, replaces_line=True)))


def _passed(case: Case, node: ast.expr) -> tuple[Case, ast.expr] | None:
    """The call at the prompt that gave ``node``, an argument of ``__init__`` that is used only here; else None."""
    function = next((each for each in case.parents if isinstance(each, ast.FunctionDef)), None)
    sites = [*islice(own_sites(case), 3)]
    if function is None or not isinstance(node, ast.Name) or len(sites) != 2 or sites[1].is_nested:
        return None
    names = [each.id for each in ast.walk(function) if isinstance(each, ast.Name)]
    parameters = [each.arg for each in function.args.args[1:]]
    call = sites[1].node
    if names.count(node.id) != 1 or node.id not in parameters or not isinstance(call, ast.Call):
        return None
    given = {each.arg: each.value for each in call.keywords if each.arg is not None}
    given |= dict(zip(parameters, call.args, strict=False))
    if node.id not in given or any(isinstance(each, ast.Starred) for each in call.args):
        return None
    there = Case(case.error, case.message, sites[1], case.names, case.record, case.unbound, case.learner_files)
    return there, given[node.id]


def _bag(case: Case) -> Finding | None:
    call = module_call(case, "EmbeddingBag", "input", "offsets", "per_sample_weights")
    shape = call.shape("input") if call is not None else None
    if call is None or shape is None:
        return None
    fields = {"layer": call.path, "input": call.called("input"), "shape": shape_text(shape)}
    node = call.nodes.get("input")
    if len(shape) == 1 and call.given.get("offsets") is None:
        text = gettext(
            "{input} is {shape}. {layer} takes a batch of bags of one size, (batch, length), or one row of all indices "
            "with offsets, where each bag begins. As one bag: {input}.unsqueeze(0).",
            **fields,
        )
        if node is None:
            return Finding(text)
        new = spliced(case.site.source, case.site.node, {node: postfix(case.site.source, node, ".unsqueeze(0)")})
        return Finding(text, verified(case, Candidate(new)))
    if len(shape) == 2 and call.given.get("offsets") is not None:
        text = gettext(
            "{input} is {shape}: each row is a bag already, so {layer} takes no offsets for it. Offsets say where the "
            "bags begin in one row of indices.",
            **fields,
        )
        return Finding(text)
    return (
        Finding(gettext("offsets says where each bag begins in {input}, and the first begins at 0.", **fields))
        if ("offsets[0]" in case.message)
        else None
    )


def _clipped(case: Case) -> Finding | None:
    """``clip_grad_norm_(net, 1.0)``."""
    node = case.node
    if not isinstance(node, ast.Call) or not node.args:
        return None
    held = case.real(node.args[0])
    if kind_of(held) is not Kind.MODULE and type(own_dict(held).get("param_groups")) is not list:
        return None
    function = called_name(node)
    if not function.startswith("clip_grad"):
        return None
    if kind_of(held) is not Kind.MODULE:
        return Finding(
            gettext(
                "{function} takes the parameters, and {optimizer} is the optimizer. Give it those of your network, as "
                "in net.parameters().",
                function=function,
                optimizer=operand_text(case, node.args[0]),
            )
        )
    text = gettext(
        "{function} takes the parameters, and {network} is the network: {network}.parameters() gives them.",
        function=function,
        network=operand_text(case, node.args[0]),
    )
    new = spliced(case.site.source, node, {node.args[0]: postfix(case.site.source, node.args[0], ".parameters()")})
    return Finding(text, verified(case, Candidate(new)))


def _keys(case: Case) -> Finding | None:
    """``nn.ModuleDict({0: …})``."""
    node = case.node
    if not isinstance(node, ast.Call) or len(node.args) != 1 or not isinstance(node.args[0], ast.Dict):
        return None
    keys = [each for each in node.args[0].keys if isinstance(each, ast.Constant) and type(each.value) is int]
    if len(keys) != len(node.args[0].keys):
        return None
    text = gettext(
        "The keys of {container} are strings, as names of attributes are, and here they are integers.",
        container=operand_text(case, node.func),
    )
    new = spliced(case.site.source, node, {each: f'"{each.value!r}"' for each in keys})
    return Finding(text, verified(case, Candidate(new)))


BEFORE = (
    "data.sample_index",
    "containers.key",
    "data.loader",
    "containers.parts",
    "python.called",
    "modules.subclass",
    "data.split",
    "data.collate",
)

_MORE = "modules/buffers"

RULES = (
    Rule("registered", ("KeyError",), r"attribute '(?P<name>\w+)' already exists", _exists, more=_MORE),
    Rule(
        "registered",
        ("TypeError",),
        r"cannot assign '(?P<type>[\w.]+)' object to (?P<kind>buffer|parameter) '\w+'",
        _no_tensor,
        more=_MORE,
    ),
    Rule("registered", ("TypeError",), r"(?:buffer|parameter) name should be a string", _name_first, more=_MORE),
    Rule("module keys", ("TypeError",), r"module name should be a string\. Got int", _keys, more=_MORE),
    Rule("padding index", ("AssertionError",), r"Padding_idx must be within", _padding_index, more=_MORE),
    Rule("bags", ("ValueError", "RuntimeError"), r"offsets has to be|offsets\[0\] has to be 0", _bag, more=_MORE),
    Rule("clipped", ("TypeError",), r"^'(?!int|float)\w+' object is not iterable", _clipped, more=_MORE),
)
