"""``net.load_state_dict(saved)``: keys that are missing, unexpected or prefixed, and sizes that differ."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.facts import shape_text
from ptrepl.engine.watch.kinds import type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.made_again import optimizers_again
from ptrepl.explain.fixes.same_sizes import made_with
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.operands.library_frame import locals_of
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.operands.state import (
    Shapes,
    is_plain_dict,
    listed,
    shapes_of_dict,
    shapes_of_module,
    submodules,
)
from ptrepl.explain.rewrite import operand, postfix, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.rules.saving.new_head import last_layer, other_size, said_of_size, without_keys, without_layers
from ptrepl.explain.rules.saving.optional_part import optional_part
from ptrepl.explain.rules.saving.other_depth import made_as_saved, of_other_layers, of_other_settings, only_buffers
from ptrepl.explain.rules.saving.renamed import renamed_part, renaming
from ptrepl.explain.rules.saving.whose_dict import key_of_network, told_of_another, told_of_checkpoint
from ptrepl.texts.messages import gettext, ngettext

_RENAMED = '{key.removeprefix("%s"): value for key, value in %s.items()%s}'  # not a sentence: Python


@dataclass(frozen=True, slots=True)
class _Loading:
    """A call of ``load_state_dict`` that failed."""

    case: Case
    node: ast.Call
    network: str
    """The learner's text for the module, ``net``."""
    argument: ast.expr
    given: str
    """Their text for what it was given, ``torch.load("net.pt")``."""
    module: Any
    held: Any
    """The dict that it was given, or a copy of it."""
    wanted: Shapes
    """What the module would take."""

    def with_argument(self, text: str) -> Candidate:
        return Candidate(spliced(self.case.site.source, self.node, {self.argument: text}))


def _loading(case: Case) -> _Loading | None:
    held = locals_of(case, "load_state_dict", "torch/nn/modules/module.py")
    node, module = case.node, held.get("self")
    wanted = shapes_of_module(module)
    if wanted is None or not is_plain_dict(held.get("state_dict")):
        return None
    match node:
        case ast.Call(func=ast.Attribute(attr="load_state_dict", value=value), args=[argument, *_]):
            network = case.called(value, type_name(module))
            given = operand_text(case, argument)
            return _Loading(case, node, network, argument, given, module, held["state_dict"], wanted)
    return None


def _keys(case: Case) -> Finding | None:
    loading = _loading(case)
    if loading is None:
        return None
    for look in (_nested, _of_an_optimizer, _prefixed, _of_a_part):
        found = look(loading)
        if found is not None:
            return found
    shapes = shapes_of_dict(loading.held)
    if shapes is None:
        return _no_tensor(loading)
    return _cut(loading, shapes) or _sizes(loading, shapes) or _names(loading, shapes)


def _nested(loading: _Loading) -> Finding | None:
    """A checkpoint: a dict with the state dict under one of its keys."""
    inner = {key: shapes for key, held in loading.held.items() if (shapes := shapes_of_dict(held)) is not None}
    keys = [key for key, shapes in inner.items() if type(key) is str and shapes == loading.wanted]
    like = [key for key, shapes in inner.items() if type(key) is str and shapes.keys() & loading.wanted.keys()]
    if not keys and not like:
        return None
    own = key_of_network(loading.network, keys) if len(keys) > 1 else None
    keys = [own] if own is not None else keys
    text = told_of_checkpoint(loading.given, loading.network, [str(key) for key in loading.held], keys or like[:1])
    fixes = [loading.with_argument(postfix(loading.case.site.source, loading.argument, f'["{key}"]')) for key in keys]
    return Finding(text, verified(loading.case, *fixes))


def _of_an_optimizer(loading: _Loading) -> Finding | None:
    if not {"state", "param_groups"} <= loading.held.keys() or "state" in loading.wanted:
        return None
    text = gettext(
        "{given} is the state dict of an optimizer: its keys are state and param_groups. {network} takes the one that "
        "{network}.state_dict() gives.",
        given=loading.given,
        network=loading.network,
    )
    return Finding(text)


def _prefixed(loading: _Loading) -> Finding | None:
    """Every key of the network with the same words in front of it."""
    shapes = shapes_of_dict(loading.held) or {}
    first = next(iter(loading.wanted), None)
    if first is None:
        return None
    for key in shapes:
        if not key.endswith(f".{first}"):
            continue
        prefix = key.removesuffix(first)
        inner = {each.removeprefix(prefix): size for each, size in shapes.items() if each.startswith(prefix)}
        if inner.keys() == loading.wanted.keys():
            return _without(loading, prefix, len(inner) < len(shapes), inner == loading.wanted)
    return None


def _without(loading: _Loading, prefix: str, others: bool, fits: bool) -> Finding:
    fields = {"given": loading.given, "network": loading.network, "prefix": f'"{prefix}"'}
    if prefix == "module.":
        text = gettext(
            "In {given} each key begins with {prefix}, and no key of {network} does. nn.DataParallel and "
            "DistributedDataParallel add this prefix: the network inside them is their attribute module.",
            **fields,
        )
    elif prefix == "_orig_mod.":
        text = gettext(
            "In {given} each key begins with {prefix}, and no key of {network} does. torch.compile adds this prefix: "
            "the network inside it is its attribute _orig_mod.",
            **fields,
        )
    elif others:
        text = gettext(
            "The keys of {network} are in {given}, each with {prefix} in front; the other keys there belong to other "
            "parts of the network that was saved.",
            **fields,
        )
    else:
        text = gettext(
            "In {given} each key is one of {network} with {prefix} in front: the network that was saved held this one "
            "as an attribute.",
            **fields,
        )
    if not fits:
        return Finding(text)
    source = loading.case.site.source
    condition = f' if key.startswith("{prefix}")' if others else ""
    renamed = _RENAMED % (prefix, operand(source, loading.argument), condition)
    return Finding(text, verified(loading.case, loading.with_argument(renamed)))


def _of_a_part(loading: _Loading) -> Finding | None:
    """The state dict of one of the modules in the network: of what nn.DataParallel wraps, or of a backbone."""
    shapes = shapes_of_dict(loading.held)
    parts = [path for path, each in submodules(loading.module) if shapes and shapes_of_module(each) == shapes]
    if not parts:
        return None
    text = gettext(
        "{given} is a state dict of {part}: its keys are those of {network} without {prefix} in front.",
        given=loading.given,
        part=f"{loading.network}{parts[0]}",
        network=loading.network,
        prefix=f'"{parts[0].replace("[", ".").replace("]", "").lstrip(".")}."',
    )
    func = loading.node.func
    if not isinstance(func, ast.Attribute):
        return Finding(text)
    source = loading.case.site.source
    part = postfix(source, func.value, f"{parts[0]}.load_state_dict")
    return Finding(text, verified(loading.case, Candidate(spliced(source, loading.node, {func: part}))))


def _no_tensor(loading: _Loading) -> Finding | None:
    for key, held in loading.held.items():
        if key in loading.wanted and shapes_of_dict({key: held}) is None:
            text = gettext(
                "Under {key}, {given} has a value of type {type}. A state dict holds a tensor under each key.",
                key=f'"{key}"',
                given=loading.given,
                type=type_name(held),
            )
            return Finding(text)
    return None


def _sizes(loading: _Loading, shapes: Shapes) -> Finding | None:
    differ = [key for key, shape in loading.wanted.items() if key in shapes and shapes[key] != shape]
    if not differ:
        return None
    given = ngettext(
        "{key} has shape {saved} in {given}, and {own} in {network}.",
        "{count} tensors differ in shape. {key} has shape {saved} in {given}, and {own} in {network}.",
        len(differ),
        key=f'"{(first := differ[0])}"',
        saved=shape_text(shapes[first]),
        own=shape_text(loading.wanted[first]),
        given=loading.given,
        network=loading.network,
    )
    keywords = {each.arg: each.value for each in loading.node.keywords}
    head = last_layer(loading.wanted, shapes, differ)
    same = not head and shapes.keys() == loading.wanted.keys()
    if same and (other := other_size(loading.module, loading.wanted, shapes, differ)) is not None:
        code = without_keys(operand(loading.case.site.source, loading.argument), loading.network, other)
        made = made_with(loading.case, name.id, shapes) if isinstance(name := _owner(loading), ast.Name) else ""
        said = said_of_size(loading.network, other, code, made)
        return Finding(f"{given} {said}", verified(loading.case, Candidate(code)) if "strict" in keywords else ())
    if head and "strict" in keywords:
        return Finding(*_new_head(loading, given, head))
    meant, code = told_of_another(loading.case, loading.argument, loading.network, loading.wanted, shapes, differ)
    instead = ""
    if head:
        instead = gettext(
            "If {network} is meant to have another number of outputs, leave the keys of its last layer out: {code}",
            network=loading.network,
            code=_left_out(loading, (head,)),
        )
    if meant:
        text = " ".join(filter(None, (given, meant, "" if code else instead)))
        return Finding(text, verified(loading.case, loading.with_argument(code)) if code else ())
    made = gettext(
        "The network that was saved was made with other sizes. To load it, make {network} with the same ones.",
        network=loading.network,
    )
    text = " ".join(filter(None, (given, made, instead)))
    fixes = () if head else _of_the_same_sizes(loading, shapes)  # a new head is as likely: both are said
    if shapes.keys() != loading.wanted.keys():
        also = gettext(
            "Some keys are missing or too many as well: the network that was saved was built in another way."
        )
        return Finding(f"{text} {also}")
    if "strict" not in keywords:
        return Finding(text, fixes)
    strict = gettext("strict=False skips keys that are missing or not expected, but not tensors of another shape.")
    return Finding(f"{text} {strict}", fixes)


def _left_out(loading: _Loading, layers: tuple[str, ...]) -> str:
    return without_layers(operand(loading.case.site.source, loading.argument), loading.network, layers)


def _new_head(loading: _Loading, given: str, head: str) -> tuple[str, tuple[Fix, ...]]:
    """A network with a new last layer, to which the rest of the saved weights is to be given."""
    how = gettext(
        "strict=False skips keys that are missing or not expected, but not tensors of another shape. Leave the keys of "
        "the last layer out, and it keeps its own weights: {code}",
        code=(code := _left_out(loading, (head,))),
    )
    return f"{given} {how}", verified(loading.case, Candidate(code))


def _of_the_same_sizes(loading: _Loading, shapes: Shapes) -> tuple[Fix, ...]:
    """The network made anew with the sizes of the one that was saved, and the failing line again."""
    site, value = loading.case.site, _owner(loading)
    if not isinstance(value, ast.Name) or site.is_nested or site.line is not site.statement:
        return ()
    code = made_with(loading.case, value.id, shapes)
    lines = (code, *optimizers_again(loading.case, loading.module), segment(site.source, site.line))
    again = Candidate("\n".join(lines), replaces_line=True)
    return verified(loading.case, again) if code else ()


def _cut(loading: _Loading, shapes: Shapes) -> Finding | None:
    """Keys whose beginning was taken off as if it were ``module.``: ``key[7:]``."""
    length = len("module.")
    if len(shapes) < 2 or {key[length:] for key in loading.wanted} != shapes.keys():
        return None
    text = gettext(
        "The keys of {given} are those of {network} with the first {count} characters cut off. key[{count}:] is right "
        'where a key begins with "module.", and these did not. {example} removes it only where it is there.',
        given=loading.given,
        network=loading.network,
        count=length,
        example='key.removeprefix("module.")',
    )
    return Finding(text)


def _names(loading: _Loading, shapes: Shapes) -> Finding | None:
    missing = [key for key in loading.wanted if key not in shapes]
    extra = [key for key in shapes if key not in loading.wanted]
    fields = {
        "given": loading.given,
        "network": loading.network,
        "missing": listed(missing),
        "extra": listed(extra),
    }
    if missing and extra:
        if [*shapes.values()] == [*loading.wanted.values()]:
            return _other_names(loading, shapes, fields)
        text = gettext(
            "{given} has {extra}, which {network} lacks, and {network} has {missing}, which {given} lacks: the "
            "network that was saved had other layers, or other names for them.",
            **fields,
        )
        return Finding(text)
    if len(missing) > 1 and of_other_layers(missing, shapes):
        text = gettext(
            "{network} has {missing}, which {given} lacks: the network that was saved was made with fewer layers. To "
            "load it, make {network} with the same ones.",
            **fields,
        )
        return Finding(text, made_as_saved(loading.case, _owner(loading), shapes))
    if missing:
        text = gettext(
            "{network} has {missing}, which {given} lacks. The network that was saved did not have them. With "
            "strict=False the rest is loaded, and they keep the values that they have now.",
            **fields,
        )
        return Finding(text)
    if not extra:
        return None
    if not only_buffers(loading.held, extra):
        return _trained(loading, shapes, extra, fields)
    text = gettext(
        "{given} has {extra}, which {network} lacks. Everything that {network} has is there. With strict=False only "
        "that is loaded.",
        **fields,
    )
    return Finding(text, _not_strict(loading))


def _other_names(loading: _Loading, shapes: Shapes, fields: dict[str, str]) -> Finding:
    """The same shapes in the same order, under other names."""
    part = renamed_part([*shapes], [*loading.wanted])
    if part is None:
        return Finding(
            gettext(
                "{given} has {extra} where {network} has {missing}. The shapes are the same, in the same order: the "
                "layers had other names in the network that was saved. Give the attributes those names.",
                **fields,
            )
        )
    code = renaming(operand(loading.case.site.source, loading.argument), [*shapes], *part)
    text = gettext(
        "{given} has {extra} where {network} has {missing}. The shapes are the same, in the same order: what is {new} "
        "in {network} was {old} in the network that was saved. Load the keys under the new name.",
        **fields,
        old=part[0].rstrip("."),
        new=part[1].rstrip("."),
    )
    return Finding(text, verified(loading.case, loading.with_argument(code)))


def _trained(loading: _Loading, shapes: Shapes, extra: list[str], fields: dict[str, str]) -> Finding:
    """Trained numbers that the network has no place for: with strict=False they would be lost without a word."""
    if of_other_layers(extra, loading.wanted):
        text = gettext(
            "{given} has {extra}, which {network} lacks: the network that was saved was made with more layers. To load "
            "it, make {network} with the same ones. With strict=False the values of these layers would be left out.",
            **fields,
        )
        return Finding(text, made_as_saved(loading.case, _owner(loading), shapes))
    if of_other_settings(extra, loading.wanted):
        text = gettext(
            "{given} has {extra}, which {network} lacks. Everything that {network} has is there: its layers were made "
            "with other settings in the network that was saved. With strict=False these values would be left out.",
            **fields,
        )
        return Finding(text, made_as_saved(loading.case, _owner(loading), shapes))
    text = gettext(
        "{given} has {extra}, which {network} lacks. Everything that {network} has is there. If {network} is meant to "
        "be without the rest, strict=False loads only what it has.",
        **fields,
    )
    return Finding(" ".join(filter(None, (text, optional_part(loading.case, loading.module, extra)))))


def _owner(loading: _Loading) -> ast.expr:
    func = loading.node.func
    return func.value if isinstance(func, ast.Attribute) else func


def _not_strict(loading: _Loading) -> tuple[Fix, ...]:
    if len(loading.node.args) > 1 or loading.node.keywords:
        return ()
    source = loading.case.site.source
    return verified(loading.case, loading.with_argument(f"{segment(source, loading.argument)}, strict=False"))


RULES = (
    Rule(
        "state dict",
        ("RuntimeError",),
        r"Error\(s\) in loading state_dict for",
        _keys,
        more="saving/state-dict",
    ),
)
