"""nn.MultiheadAttention and scaled dot product attention: sizes that do not match, and masks of another shape."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ptrepl.engine.watch.facts import shape_text
from ptrepl.engine.watch.kinds import Kind, kind_of, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried, verified
from ptrepl.explain.operands.invocation import changed
from ptrepl.explain.operands.module_call import ModuleCall, module_call
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import in_a_sentence, in_one_line, postfix, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext

_PARAMETERS = ("query", "key", "value", "key_padding_mask", "need_weights", "attn_mask")
_MOST_DIVISORS = 8
_HOLDERS = ("TransformerEncoderLayer", "TransformerDecoderLayer", "Transformer")
"""Layers of torch that make their attention themselves."""


def attention_call(case: Case) -> ModuleCall | None:
    """The call of an nn.MultiheadAttention that failed."""
    return module_call(case, "MultiheadAttention", *_PARAMETERS)


def _heads(case: Case) -> Finding | None:
    frame = case.inner("__init__")
    names = frame.f_locals if frame is not None else {}
    size, heads = names.get("embed_dim"), names.get("num_heads")
    if type(size) is not int or type(heads) is not int or heads < 1:
        return None
    in_transformer = any("nhead" in each.f_locals for each in case.inner_frames)
    fitting = [each for each in range(1, size + 1) if size % each == 0]
    near = sorted(fitting, key=lambda each: (abs(each - heads), each))
    shown = sorted(near[:_MOST_DIVISORS])
    text = gettext(
        "The heads share the vector: each takes an equal part of {parameter}={size}, and {size} is not divisible by "
        "{heads_parameter}={heads}. These numbers of heads would do: {fitting}.",
        parameter="d_model" if in_transformer else "embed_dim",
        heads_parameter="nhead" if in_transformer else "num_heads",
        size=size,
        heads=heads,
        fitting=", ".join(map(str, shown)),
    )
    if heads > size > 1 and heads % size == 0 and isinstance(case.node, ast.Call) and len(case.node.args) > 1:
        first, second, *_ = case.node.args
        if case.value(first) == size and case.value(second) == heads:
            return _swapped(case, case.node, first, second)
    if near[0] == 1 and heads > 1:
        wider = -(-size // heads) * heads
        how = gettext(
            "To keep {heads} heads, let nn.Linear({size}, {wider}) in front make vectors of a size that {heads} "
            "divides, and write {parameter}={wider} here; with {heads_parameter}=1 the size can stay.",
            heads=heads,
            size=size,
            wider=wider,
            parameter="d_model" if in_transformer else "embed_dim",
            heads_parameter="nhead" if in_transformer else "num_heads",
        )
        return Finding(f"{text} {how}")
    return Finding(text, tried(case, _with_heads(case, heads, sorted(near[:2]))))


def _swapped(case: Case, node: ast.Call, first: ast.expr, second: ast.expr) -> Finding:
    """``nn.MultiheadAttention(8, 512)``."""
    source = case.site.source
    code = spliced(source, node, {first: segment(source, second), second: segment(source, first)})
    function = case.called(node.func, gettext("The layer"))
    text = gettext(
        "{function} takes the size of the vectors first, then the number of heads, each of which gets an equal part: "
        "the two are swapped here. Write {code}.",
        function=function,
        code=in_a_sentence(code),
    )
    return Finding(text, tried(case, [Candidate(code)]))


def _with_heads(case: Case, heads: int, numbers: list[int]) -> Iterator[Candidate]:
    node = case.node
    if not isinstance(node, ast.Call):
        return
    named = next((each.value for each in node.keywords if each.arg in ("num_heads", "nhead")), None)
    given = named if named is not None else node.args[1] if len(node.args) > 1 else None
    if isinstance(given, ast.Constant) and given.value == heads:
        for number in numbers:
            yield Candidate(changed(case, {given: str(number)}))


def _features(case: Case) -> Finding | None:
    call = attention_call(case)
    shape = call.shape("query") if call is not None else None
    size = call.number("embed_dim") if call is not None else None
    if call is None or shape is None or size is None or not shape or shape[-1] == size:
        return None
    text = gettext(
        "{layer} was made for vectors of {size} numbers (embed_dim={size}), and {query} is {shape}: its last dim is "
        "{last}.",
        layer=call.path,
        size=size,
        query=call.called("query"),
        shape=shape_text(shape),
        last=shape[-1],
    )
    return Finding(text)


def _dims(case: Case) -> Finding | None:
    call = attention_call(case)
    shape = call.shape("query") if call is not None else None
    if call is None or shape is None or len(shape) in (2, 3):
        return None
    text = gettext(
        "{query} is {shape}. {layer} reads {dims}, or one example without the batch dim.",
        query=call.called("query"),
        shape=shape_text(shape),
        layer=call.path,
        dims=_dims_read(call),
    )
    return Finding(text)


def _dims_read(call: ModuleCall) -> str:
    return gettext("(batch, length, features)") if call.flag("batch_first") else gettext("(length, batch, features)")


def read_as(call: ModuleCall) -> str:
    """How the module reads the dims of its input, which is what a missing ``batch_first=True`` gets wrong."""
    if call.flag("batch_first"):
        return gettext("With batch_first=True, {layer} reads (batch, length, features).", layer=call.path)
    return gettext(
        "{layer} reads (length, batch, features), since it was not made with batch_first=True.", layer=call.path
    )


def _mask(case: Case) -> Finding | None:
    """``attn_mask``: (length of the query, length of the key), or the same for each head of each example."""
    call = attention_call(case)
    mask = call.shape("attn_mask") if call is not None else None
    query, key = (call.shape(each) for each in ("query", "key")) if call is not None else (None, None)
    if call is None or mask is None or query is None or key is None or len(query) != 3 or len(key) != 3:
        return None
    first, batch = (1, 0) if call.flag("batch_first") else (0, 1)
    rows, columns = query[first], key[first]
    told = [
        gettext(
            "attn_mask says for each place of the query which places of the key it may look at: shape {wanted}, here. "
            "{mask} is {shape}.",
            wanted=shape_text((rows, columns)),
            mask=call.called("attn_mask"),
            shape=shape_text(mask),
        )
    ]
    if mask == (query[batch], rows, columns):
        told = [
            gettext(
                "{mask} is {shape}, one mask for each example. A mask of three dims has one for each head of each "
                "example: (batch * num_heads, length of the query, length of the key), here {wanted}.",
                mask=call.called("attn_mask"),
                shape=shape_text(mask),
                wanted=shape_text((query[batch] * (call.number("num_heads") or 1), rows, columns)),
            )
        ]
    elif mask == (query[batch], key[batch]):
        told += [read_as(call), *_made_batch_first(call, _holder(case))]
        if call.flag("batch_first"):
            name = call.called("attn_mask")
            told.append(gettext("{mask} has the size of the batch on both sides: the length is dim 1.", mask=name))
    each = [*_for_each_head(case, call, mask, query[batch])] if mask == (query[batch], rows, columns) else []
    return Finding(" ".join(told), tried(case, each) or verified(case, *each))


def _holder(case: Case) -> str:
    """The class of torch that the learner makes: of a whole Transformer layer the one that holds its attention."""
    names = [type_name(each) for _, each in case.modules()]
    return next((each for each in reversed(names) if each in _HOLDERS), "MultiheadAttention")


def _made_batch_first(call: ModuleCall, made: str = "MultiheadAttention") -> list[str]:
    """A sentence on how to make it for an input whose dim 0 is the batch; none where it is made so."""
    if call.flag("batch_first"):
        return []
    return [
        gettext("For an input of (batch, length, features), make it with nn.{layer}(…, batch_first=True).", layer=made)
    ]


def _for_each_head(case: Case, call: ModuleCall, mask: tuple[int, ...], batch: int) -> Iterator[Candidate]:
    node, heads = call.nodes.get("attn_mask"), call.number("num_heads")
    if node is not None and len(mask) == 3 and mask[0] == batch and heads is not None:
        suffix = f".repeat_interleave({heads}, dim=0)"
        yield Candidate(changed(case, {node: postfix(case.site.source, node, suffix)}))


def _batches(case: Case) -> Finding | None:
    """A query and a key of different batch sizes, often since ``batch_first=True`` is missing."""
    call = attention_call(case)
    query, key, value = (call.shape(each) for each in ("query", "key", "value")) if call is not None else (None,) * 3
    if call is None or query is None or key is None or value is None or not len(query) == len(key) == len(value) == 3:
        return None
    batch = 0 if call.flag("batch_first") else 1
    length = 1 - batch
    names = {each: call.called(each) for each in ("query", "key", "value")}
    if query[batch] != key[batch]:
        text = gettext(
            "{query} is {query_shape} and {key} is {key_shape}: dim {dim} is the batch, and the two have {first} and "
            "{second} examples.",
            query=names["query"],
            query_shape=shape_text(query),
            key=names["key"],
            key_shape=shape_text(key),
            dim=batch,
            first=query[batch],
            second=key[batch],
        )
        if query[length] != key[length]:
            return Finding(text)
        return Finding(" ".join([text, read_as(call), *_made_batch_first(call)]))
    if key[:2] != value[:2]:
        text = gettext(
            "{key} is {key_shape} and {value} is {value_shape}: a key and its value belong together, so both have the "
            "same length and batch.",
            key=names["key"],
            key_shape=shape_text(key),
            value=names["value"],
            value_shape=shape_text(value),
        )
        return Finding(text)
    return None


def _transformer(case: Case) -> Finding | None:
    call = module_call(case, "Transformer", "src", "tgt")
    src, tgt = (call.shape("src"), call.shape("tgt")) if call is not None else (None, None)
    if call is None or src is None or tgt is None or not len(src) == len(tgt) == 3:
        return None
    batch = 0 if call.flag("batch_first") else 1
    if src[batch] == tgt[batch]:
        return None
    text = gettext(
        "{query} is {query_shape} and {key} is {key_shape}: dim {dim} is the batch, and the two have {first} and "
        "{second} examples.",
        query=call.called("src"),
        query_shape=shape_text(src),
        key=call.called("tgt"),
        key_shape=shape_text(tgt),
        dim=batch,
        first=src[batch],
        second=tgt[batch],
    )
    return Finding(f"{text} {read_as(call)}" if src[1 - batch] == tgt[1 - batch] else text)


def _transformer_features(case: Case) -> Finding | None:
    call = module_call(case, "Transformer", "src", "tgt")
    src, tgt = (call.shape("src"), call.shape("tgt")) if call is not None else (None, None)
    size = call.number("d_model") if call is not None else None
    if call is None or size is None or not src or not tgt or src[-1] == tgt[-1] == size:
        return None
    name, shape = ("src", src) if src[-1] != size else ("tgt", tgt)
    return Finding(
        gettext(
            "{layer} was made for vectors of {size} numbers (d_model={size}), and {input} is {shape}: its last dim is "
            "{last}.",
            layer=call.path,
            size=size,
            input=call.called(name),
            shape=shape_text(shape),
            last=shape[-1],
        )
    )


def _only_query(case: Case) -> Finding | None:
    node = case.node
    if not isinstance(node, ast.Call) or len(node.args) != 1 or node.keywords or isinstance(node.args[0], ast.Starred):
        return None
    name, layer = operand_text(case, node.args[0]), operand_text(case, node.func)
    given = segment(case.site.source, node.args[0])
    text = gettext(
        "{layer} takes a query, a key and a value. In self-attention all three are the same: {layer}({name}, {name}, "
        "{name}). It gives two tensors, the output and the weights.",
        layer=layer,
        name=name,
    )
    new = spliced(case.site.source, node, {node.args[0]: f"{given}, {given}, {given}"})
    return Finding(text, tried(case, [Candidate(new)]))


def _pair_as_tensor(case: Case) -> Finding | None:
    """``x + self.attn(x, x, x)``: attention and recurrent layers give a pair."""
    node = case.node
    if not isinstance(node, ast.BinOp):
        return None
    for side in (node.left, node.right):
        held = case.real(side.func) if isinstance(side, ast.Call) else None
        kind = type_name(held) if kind_of(held) is Kind.MODULE else ""
        if kind not in ("MultiheadAttention", "LSTM", "GRU", "RNN") or not isinstance(side, ast.Call):
            continue
        first = f"{segment(case.site.source, side)}[0]"
        said = gettext(
            "{layer} (nn.{type}) gives a pair, and its first part is the output: {code}.",
            layer=case.text(side.func),
            type=kind,
            code=in_one_line(first, ast.parse(first, mode="eval").body),
        )
        return Finding(said, verified(case, Candidate(spliced(case.site.source, node, {side: first}))))
    return None


_MORE = "modules/attention"

BEFORE = (
    "containers.wanted_tensor",
    "containers.parts",
    "optimizers.parameter_groups",
    "sequences.packed",
    "sequences.recurrent",
    "shapes.size",
    "modules.subclass",
)

RULES = (
    Rule(
        "layer pair",
        ("TypeError",),
        r"unsupported operand type\(s\) for \S+: '(?:Tensor' and 'tuple|tuple' and 'Tensor)'",
        _pair_as_tensor,
        more="modules/attention",
    ),
    Rule(
        "attention heads",
        ("AssertionError",),
        r"embed_dim must be divisible by num_heads",
        _heads,
        more=_MORE,
    ),
    Rule(
        "attention features",
        ("AssertionError",),
        r"was expecting embedding dimension of",
        _features,
        more=_MORE,
    ),
    Rule("attention dims", ("AssertionError",), r"query should be unbatched 2D or batched 3D", _dims, more=_MORE),
    Rule(
        "attention mask",
        ("RuntimeError", "AssertionError"),
        r"The shape of the \dD attn_mask is|attn_mask's dimension",
        _mask,
        more=_MORE,
    ),
    Rule(
        "attention batch",
        ("RuntimeError", "AssertionError"),
        r"shape '\[[-\d, ]+\]' is invalid for input of size|key's sequence and batch dims|"
        r"does not match value shape",
        _batches,
        more=_MORE,
    ),
    Rule("transformer features", ("RuntimeError",), r"must be equal to d_model", _transformer_features, _MORE),
    Rule("transformer batch", ("RuntimeError",), r"the batch number of src and tgt must be equal", _transformer, _MORE),
    Rule(
        "self-attention",
        ("TypeError",),
        r"MultiheadAttention\.forward\(\) missing \d required positional argument",
        _only_query,
        more=_MORE,
    ),
)
