"""Indices that a table has no row for: embeddings and one_hot."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from itertools import islice

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.kinds import module_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.layer_in_class import layer_anew
from ptrepl.explain.fixes.remake_network import rebuilt
from ptrepl.explain.fixes.trial import Candidate, tried, verified
from ptrepl.explain.operands.dtypes import is_float, is_integral
from ptrepl.explain.operands.invocation import changed, invocation
from ptrepl.explain.operands.layers import Layer, failing_layer
from ptrepl.explain.operands.losses import fraction_in
from ptrepl.explain.operands.numbered import MadeNetwork, Numbering, network_made_with, numbering_of
from ptrepl.explain.own_sites import own_sites
from ptrepl.explain.provenance.origins import origin
from ptrepl.explain.rewrite import in_a_sentence, in_one_line, operand, postfix, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.rules.losses.grey_mask import grey_mask
from ptrepl.explain.rules.readings.other_table import (
    as_many_as_rows,
    exchanged_tables,
    one_hot_rows,
    other_table,
    outside_of,
    own_column,
    rows_for_all,
    unused_indices,
)
from ptrepl.explain.rules.readings.padding_index import not_padding, padding
from ptrepl.explain.rules.readings.table_after_table import table_after_table
from ptrepl.explain.rules.sequences.made_too_early import made_too_early
from ptrepl.explain.rules.sequences.special_token import special_token
from ptrepl.explain.rules.shapes.index_parts import limits, limits_of
from ptrepl.texts.messages import gettext, ngettext

_MOST_FRAMES = 20
_SAMPLING = frozenset("multinomial argmax topk Categorical".split())
_GREATEST = 10_000_000


def _embedding(case: Case) -> Finding | None:
    layer = failing_layer(case, "Embedding")
    if layer is None:
        return _function(case)
    rows, found = layer.number("num_embeddings"), limits(layer.given)
    if rows is None or found is None:
        return None
    given = gettext("Its input") if layer.argument is None else case.called(layer.argument, gettext("Its input"))
    told = _told(layer.path, rows, given, found)
    if told is None:
        return None
    if found[1] < rows:
        return Finding(f"{told} {not_padding(found[0]) or padding(case, layer, rows)}")
    columns = layer.number("embedding_dim")
    if found[1] >= rows and _are_sampled(case):
        if positions := _positions(case, layer.argument, rows):
            return Finding(f"{told} {positions}")  # the loop has made its text too long
        if columns is not None and rows <= found[1] < columns and _is_returned(case):
            both = gettext(
                "forward returns the rows of this table as scores, and they have {columns} columns for {rows} classes: "
                "what is sampled from them goes up to {last}. Make the rows as long as there are classes, "
                "nn.Embedding({rows}, {rows}), or let an nn.Linear({columns}, {rows}) follow.",
                columns=columns,
                rows=rows,
                last=columns - 1,
            )
            return Finding(f"{told} {both}")
        both = gettext(
            "Indices that are sampled from scores go as far as the scores have columns. Either this table has too few "
            "rows, or the scores have more columns than there are classes."
        )
        return Finding(f"{told} {both}")
    if case.site.is_nested and rows <= found[1] and (numbered := _numbered(case, layer, rows)) is not None:
        return Finding(f"{told} {numbered.text}", numbered.fixes)  # a forward takes the numbers as they are
    if (special := special_token(case, layer, rows, found)) is not None:
        return Finding(f"{told} {special.text}", special.fixes)
    if (other := other_table(case, layer, found[1])) is not None:
        return Finding(f"{told} {other.text}", other.fixes)
    if found[0] >= 0 and (turned := exchanged_tables(case, layer, rows, found)):
        return Finding(f"{told} {turned}")
    if column := own_column(case, layer, rows, found[1]):
        return Finding(f"{told} {column}")
    if not case.site.is_nested and (counted := outside_of(case, rows, found[1])):
        return Finding(f"{told} {counted}")
    if layer.argument is not None and (codes := as_many_as_rows(case, layer, rows, case.text(layer.argument))):
        return Finding(f"{told} {codes}")
    fixes = tried(case, _shifted(case, layer.argument, rows, found)) if layer.argument is not None else ()
    if fixes and layer.argument is not None:
        numbered = _numbered(case, layer, rows)
        larger = numbered.fixes if numbered is not None else tuple(rebuilt(case, layer, "num_embeddings", 0, rows + 1))
        return Finding(f"{told} {_from_one(case, layer.argument, rows)}", (*fixes, *larger))
    if found[0] >= 0 and rows <= found[1] < _GREATEST:
        enough, said = rows_for_all(case, found[1])
        fixes += tuple(rebuilt(case, layer, "num_embeddings", 0, enough))
        told = f"{told} {said}" if fixes else told
        anew = layer_anew(case, layer, "num_embeddings", enough) if not fixes else None
        if anew is not None:
            each = "" if _positions(case, layer.argument, rows) else f"{said} "
            return Finding(f"{told} {each}{anew.said}", anew.fixes)
        if not fixes and (positions := _positions(case, layer.argument, rows)):
            return Finding(f"{told} {positions}")
        if not fixes and (numbered := _numbered(case, layer, rows)) is not None:
            return Finding(f"{told} {numbered.text}", numbered.fixes)
        if not fixes:
            more = gettext("With num_embeddings={number} it would have that row.", number=found[1] + 1)
            return Finding(f"{told} {more}")
    return Finding(told, fixes)


def _from_one(case: Case, node: ast.expr, rows: int) -> str:
    """Sentences on indices that begin above 0 and are as many as the table has rows: there are two ways."""
    minus = f"{operand(case.site.source, node)} - 1"
    return gettext(
        "If its indices count from 1, {code} counts from 0, as rows do. If not, the table needs {more} rows.",
        code=in_a_sentence(minus),
        more=rows + 1,
    )


def _numbered(case: Case, layer: Layer, rows: int) -> Finding | None:
    """Indices from a dict of numbers that has more of them than the table has rows."""
    numbers, made = numbering_of(case, layer.given, rows), network_made_with(case, rows)
    early = made_too_early(case, layer, rows, numbers.most) if numbers is not None else None
    if numbers is None or early is not None:
        return early
    text = gettext(
        "{dict} gives the numbers {first} to {last}.", dict=numbers.name, first=numbers.least, last=numbers.most
    )
    enough = gettext("A table for all of them has {size} rows.", size=numbers.size)
    if made is None:
        return Finding(f"{text} {enough}")
    shown = in_one_line(made.origin.source, made.rows)
    other = next((each for each, number, name in made.others if name == numbers.name and number > numbers.most), None)
    if other is not None and made.rows in made.call.args:
        code = _made_so(made, {made.rows: segment(made.origin.source, other), other: shown})
        turned = gettext(
            "The table got {size}: the two stand in each other's place. Write {code}.", size=shown, code=code
        )
        return Finding(f"{text} {turned}", _again(case, code))
    if made.counts and made.counts not in (numbers.name, numbers.of):
        both = ngettext(
            "The table has a row for each one in {counted} only, one row.",
            "The table has a row for each one in {counted} only, {count} rows.",
            rows,
            counted=made.counts,
        )
        ways = _fewer(numbers, made)
        return Finding(" ".join((text, both, *ways, enough)))
    code = _made_so(made, {made.rows: numbers.size})
    if made.counts == numbers.name:
        start = gettext(
            "It begins with {first}, so {size} rows are too few: write {code}.",
            first=numbers.least,
            size=shown,
            code=code,
        )
        return Finding(f"{text} {start}", _again(case, code))
    if not made.counts:
        return Finding(f"{text} {enough}")
    got = gettext("The table got {size}, which is {rows}: write {code}.", size=shown, rows=rows, code=code)
    return Finding(f"{text} {got}", _again(case, code))


def _fewer(numbers: Numbering, made: MadeNetwork) -> list[str]:
    """How to number only what the table counts, where the dict was made by ``enumerate`` of another name."""
    if numbers.made is None or not numbers.of:
        return []
    found = next(
        each
        for each in ast.walk(numbers.made.value)
        if isinstance(each, ast.Call) and ast.unparse(each.func) == "enumerate"
    )
    code = spliced(numbers.made.source, numbers.made.statement, {found.args[0]: made.counts})
    return [
        gettext(
            "To number these only: {code}; what is not among them is left out, or gets one number for all.",
            code=in_one_line(code, ast.parse(code).body[0]),
        )
    ]


def _made_so(made: MadeNetwork, texts: dict[ast.expr | ast.stmt, str]) -> str:
    code = spliced(made.origin.source, made.origin.statement, texts)
    return in_one_line(code, ast.parse(code).body[0])


def _again(case: Case, code: str) -> tuple[Fix, ...]:
    """The statement that makes the network; () where an optimizer has the parameters of the old one."""
    optimizers = any(module_name(type(each)).startswith("torch.optim.") for each in case.names.values())
    return () if optimizers else (Fix(code, gettext("then call it again")),)


def _is_returned(case: Case) -> bool:
    """Whether the failing line is ``return self.table(idx)``."""
    line = case.site.line
    return isinstance(line, ast.Return) and line.value is case.node


def _are_sampled(case: Case) -> bool:
    """Whether one of the learner's functions that were running takes indices out of scores: ``torch.multinomial``."""
    for site in islice(own_sites(case), _MOST_FRAMES):
        around = next((each for each in site.parents if isinstance(each, ast.FunctionDef)), site.statement)
        if any(isinstance(each, ast.Attribute) and each.attr in _SAMPLING for each in ast.walk(around)):
            return True
    return False


def _positions(case: Case, node: ast.expr | None, rows: int) -> str:
    """A sentence on ``torch.arange(T)``: a longer input than the table has positions; "" for other indices."""
    match node:
        case ast.Call(func=ast.Attribute(attr="arange")):
            pass
        case ast.Name(id=name):
            made = origin(case, name)
            if made is None or not ast.unparse(made.value).startswith("torch.arange"):
                return ""
        case _:
            return ""
    function = next((each for each in case.parents if isinstance(each, ast.FunctionDef)), None)
    given = [each.arg for each in function.args.args if each.arg != "self"] if function is not None else []
    if len(given) != 1:
        return gettext("It has a row for each position: give it at most {rows} of them.", rows=rows)
    return gettext(
        "It has a row for each position, so {input} may have {rows} at most: {input}[:, -{rows}:] keeps the last ones. "
        "For more, make the network with a larger table.",
        input=given[0],
        rows=rows,
    )


def _function(case: Case) -> Finding | None:
    call = invocation(case)
    if call is None or call.name != "embedding":
        return None
    index, weight = call.argument(0, "input"), call.argument(1, "weight")
    shape = case.shape(weight) if weight is not None else None
    found = limits_of(case, index) if index is not None else None
    if index is None or weight is None or not shape or found is None:
        return None
    told = _told(case.called(weight, gettext("The table")), shape[0], case.called(index, gettext("Its input")), found)
    if told is not None and found[1] < shape[0]:
        told = " ".join([told, gettext("Rows are counted from 0.")])
    return None if told is None else Finding(told, tried(case, _shifted(case, index, shape[0], found)))


def _told(table: str, rows: int, given: str, found: tuple[int, int]) -> str | None:
    least, most = found
    if least >= 0 and most < rows:
        return None
    number = most if most >= rows else least
    has = ngettext(
        "{table} is a table of one row, row 0.",
        "{table} is a table of {count} rows, numbered 0 to {last}.",
        rows,
        table=table,
        last=rows - 1,
    )
    asks = gettext("{input} asks for row {row}.", input=given, row=number)
    return f"{has} {asks}"


def _shifted(case: Case, node: ast.expr, rows: int, found: tuple[int, int]) -> Iterator[Candidate]:
    """Indices that were counted from 1."""
    if found[0] >= 1 and found[1] == rows:
        yield Candidate(changed(case, {node: f"{operand(case.site.source, node)} - 1"}))


def _not_whole(case: Case) -> Finding | None:
    """An embedding of floats."""
    layer = failing_layer(case, "Embedding")
    call = invocation(case)
    if layer is not None and layer.before is not None and layer.argument is None:
        return table_after_table(case, layer)
    node = layer.argument if layer is not None else call.argument(0, "input") if call is not None else None
    facts = case.facts(node) if node is not None else None
    if node is None or facts is None or (layer is None and (call is None or call.name != "embedding")):
        return None
    name = case.called(node, gettext("The input"))
    text = gettext(
        "{input} is {dtype}. An embedding looks up rows by their indices, so it takes integers: int64 or int32.",
        input=name,
        dtype=facts.dtype,
    )
    if other := unused_indices(case):
        return Finding(f"{text} {other}")
    source = case.site.source
    if (indices := one_hot_rows(case, node, layer)) is not None:
        return Finding(f"{text} {indices.text}", indices.fixes)
    one = Candidate(changed(case, {node: postfix(source, node, ".long()")}), exact=True)
    if is_integral(str(facts.dtype)):  # another integer dtype, whose numbers stay what they are
        return Finding(text, tried(case, [one]) if facts.dtype == "bool" else verified(case, one))
    if fraction := fraction_in(case, node):
        no_index = gettext("{input} holds {number}, which is no index.", input=name, number=fraction)
        return Finding(f"{text} {no_index}")
    return Finding(text, tried(case, [one]) or tried(case, _all_tables(case)))


def _all_tables(case: Case) -> Iterator[Candidate]:
    """The line with integers for each of its embeddings: ``users(pairs[:, 0].long()) * items(pairs[:, 1].long())``."""
    embedding, texts = sys.modules["torch"].nn.Embedding, dict[ast.expr | ast.stmt, str]()
    for each in ast.walk(case.site.line):
        match each:
            case ast.Call(func=called, args=[given]) if type(case.real(called)) is embedding:
                facts = case.facts(given)
                if facts is not None and is_float(str(facts.dtype)):
                    texts[given] = postfix(case.site.source, given, ".long()")
    if len(texts) > 1:
        yield Candidate(spliced(case.site.source, case.site.line, texts), replaces_line=True, exact=True)


def _one_hot(case: Case) -> Finding | None:
    call = invocation(case)
    index = call.argument(0, "tensor", "input") if call is not None and call.name == "one_hot" else None
    if call is None or index is None:
        return None
    name, source = case.called(index, gettext("The input")), case.site.source
    facts, found = case.facts(index), limits_of(case, index)
    if facts is not None and facts.dtype != "int64":
        text = gettext(
            "{input} is {dtype}. one_hot makes a row of each class index, so it takes int64.",
            input=name,
            dtype=facts.dtype,
        )
        if fraction := fraction_in(case, index):
            no_index = gettext("{input} holds {number}, which is no index.", input=name, number=fraction)
            return Finding(f"{text} {no_index}")
        return Finding(
            text, tried(case, [Candidate(changed(case, {index: postfix(source, index, ".long()")}), exact=True)])
        )
    if found is None:
        return None
    if found[0] < 0:
        return Finding(
            gettext("{input} holds {number}. Class indices start at 0.", input=name, number=found[0]),
        )
    classes = call.argument(1, "num_classes")
    count = case.value(classes) if classes is not None else None
    if type(count) is not int or found[1] < count:
        return None
    text = ngettext(
        "{input} holds {number}, and with one class the only class index is 0.",
        "{input} holds {number}, and with {count} classes the class indices go from 0 to {last}.",
        count,
        input=name,
        number=found[1],
        last=count - 1,
    )
    if (grey := grey_mask(case, index, count)) is not None:
        return Finding(f"{text} {grey.text}", tried(case, [Candidate(changed(case, {index: grey.code}))]))
    less = f"{operand(source, index)} - 1"
    if found[0] > 0 and found[1] == count:
        both = gettext("If they begin at 1, {code} begins at 0; else one_hot needs more classes.", code=less)
        return Finding(
            f"{text} {both}", verified(case, Candidate(changed(case, {index: less}))) if found[0] == 1 else ()
        )
    more = [Candidate(changed(case, {classes: str(found[1] + 1)}))] if isinstance(classes, ast.Constant) else []
    return Finding(text, tried(case, more))


_MORE = "modules/embedding"

RULES = (
    Rule("embedding index", ("IndexError",), r"index out of range in self", _embedding, more=_MORE),
    Rule(
        "embedding dtype",
        ("RuntimeError",),
        r"to have one of the following scalar types: Long, Int; but got .* \(while checking arguments for embedding\)",
        _not_whole,
        more=_MORE,
    ),
    Rule(
        "one_hot",
        ("RuntimeError",),
        r"Class values must be|one_hot is only applicable to index tensor",
        _one_hot,
        more="shapes/one-hot",
    ),
)
