"""The size of a state taken from the wrong dim of the input: ``torch.zeros(1, x.size(1), hidden)``."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from ptrepl.engine.watch.kinds import Kind, kind_of, type_name
from ptrepl.explain.called_name import called_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.class_text import class_text
from ptrepl.explain.fixes.in_loop import with_lines_changed
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.module_call import ModuleCall
from ptrepl.explain.outer_call import outermost_call
from ptrepl.explain.provenance.just_before import assigned_just_before
from ptrepl.explain.provenance.origins import Origin, label, origin
from ptrepl.explain.rewrite import end_position, in_a_sentence, in_one_line, postfix, segment, spliced
from ptrepl.explain.rule import Finding
from ptrepl.texts.messages import gettext

_Texts = dict[ast.expr | ast.stmt, str]


@dataclass(frozen=True, slots=True)
class _Measured:
    """``e.size(1)``: of which tensor it is the size; ``text`` is it, or the whole statement that gives it a name."""

    tensor: ast.expr
    text: str
    statement: ast.stmt | None
    """``n = e.size(1)``; None where it stands in the call that makes the state, or gives several names."""
    node: ast.expr
    name: str = ""
    """Its name where the statement gives several."""

    @property
    def is_statement(self) -> bool:
        """Whether ``text`` is a statement."""
        return self.statement is not None


def from_wrong_dim(call: ModuleCall, was: int, batch: int) -> Finding | None:
    """What to say where all states were made for ``was`` rows, the size of a tensor along another dim than its batch.

    None where the function that failed does not show it.
    """
    case, node = call.case, call.nodes.get("hx")
    names = node.elts if isinstance(node, ast.Tuple) else [node]
    made = [
        assigned_just_before(case, each.id) or origin(case, each.id) for each in names if isinstance(each, ast.Name)
    ]
    if node is None or len(made) < len(names):
        return None
    texts: _Texts = {}
    found: list[_Measured] = []
    places: list[ast.expr] = []
    for each in made:
        if each is None or each.entry is not None:
            return None
        for value in [*each.value.elts] if isinstance(each.value, ast.Tuple) else [each.value]:
            sizes = [arg for arg in getattr(value, "args", ()) if case.value(arg) == was]
            measured = _measured(case, sizes[0]) if len(sizes) == 1 else None
            if measured is None:
                return None
            found.append(measured)
            places.append(sizes[0])
    first = found[0]
    shape = case.shape(first.tensor)
    if shape is None or shape.count(batch) != 1 or len({ast.unparse(each.tensor) for each in found}) > 1:
        return None
    right = postfix(case.site.source, first.tensor, f".size({shape.index(batch)})")
    made_by = {id(part) for place in made if place is not None for part in ast.walk(place.statement)}
    if first.statement is not None and _is_for_them_alone(case, first.statement, made_by):
        texts[first.statement] = spliced(case.site.source, first.statement, {first.node: right})
        written = texts[first.statement]
    else:
        for place in made:
            assert place is not None
            inside: _Texts = {each: right for each in places if any(each is part for part in ast.walk(place.statement))}
            texts[place.statement] = spliced(case.site.source, place.statement, inside)
        written = right
    fields = {
        "was": was,
        "right": right,
        "batch": batch,
        "written": in_one_line(written, ast.parse(written).body[0]),
        "code": first.text,
        "name": first.name,
    }
    if first.name:
        text = gettext(
            "{name} of `{code}` is {was} here, which is not the batch. The batch is {right}, {batch}: write "
            "`{written}`.",
            **fields,
        )
    elif first.is_statement:
        text = gettext(
            "`{code}` is {was} here, which is not the batch. The batch is {right}, {batch}: write `{written}`.",
            **fields,
        )
    else:
        text = gettext(
            "{code} is {was} here, which is not the batch. The batch is {right}, {batch}: write {written}.", **fields
        )
    lines = {each: code for each, code in texts.items() if isinstance(each, ast.stmt)}
    return Finding(text, with_lines_changed(case, lines) if case.site.is_nested else ())


def with_batch_first(call: ModuleCall) -> Finding | None:
    """The layer made with ``batch_first=True`` in the class of the network, where the code after it does not take the
    length for dim 0."""
    case = call.case
    match case.node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="self"), attr=name)):
            held = case.site.frame.f_locals.get("self")
        case _:
            return None
    function = next((each for each in case.parents if isinstance(each, ast.FunctionDef)), None)
    text = class_text(case, type(held)) if kind_of(held) is Kind.MODULE else None
    init = text.method("__init__") if text is not None else None
    if function is None or text is None or init is None or any(_is_first_or_last(each) for each in ast.walk(function)):
        return None
    made = [
        each.value
        for each in ast.walk(init)
        if isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) == f"self.{name}"
    ]
    if len(made) != 1 or not isinstance(made[0], ast.Call) or called_name(made[0]) != type_name(call.module):
        return None
    given = [*made[0].args, *(each.value for each in made[0].keywords)]
    if any(each.arg in (None, "batch_first") for each in made[0].keywords) or len(made[0].args) > 4:
        return None
    last = max(given, key=end_position)
    code = spliced(text.source, made[0], {last: f"{segment(text.source, last)}, batch_first=True"})
    said = gettext(
        "In {cls}.__init__, write {code}.", cls=text.node.name, code=in_one_line(code, ast.parse(code).body[0])
    )
    return Finding(said, text.anew({made[0]: code}))


def _is_first_or_last(node: ast.AST) -> bool:
    """``out[-1]``, ``out[0]``: a place along dim 0."""
    return isinstance(node, ast.Subscript) and ast.unparse(node.slice) in ("-1", "0")


def _measured(case: Case, node: ast.expr) -> _Measured | None:
    """``x.size(1)`` and ``x.shape[1]``, also where a name was given it: ``n = x.size(1)``, ``b, t, d = x.shape``."""
    if not isinstance(node, ast.Name):
        tensor = _tensor_of(node)
        return _Measured(tensor, in_one_line(case.site.source, node), None, node) if tensor is not None else None
    made: Origin | None = origin(case, node.id)
    if made is not None:
        tensor = _tensor_of(made.value)
        return _Measured(tensor, made.label, made.statement, made.value) if tensor and made.entry is None else None
    function = next((each for each in case.parents if isinstance(each, ast.FunctionDef)), None)
    for each in ast.walk(function) if function is not None else ():
        match each:
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=value) if each.lineno < node.lineno:
                tensor = _whole_shape_of(value)
                if tensor is not None and node.id in map(ast.unparse, names):
                    return _Measured(tensor, label(case.site.source, each), None, value, node.id)
    return None


def _tensor_of(node: ast.expr) -> ast.expr | None:
    match node:
        case ast.Call(func=ast.Attribute(value=tensor, attr="size"), args=[ast.Constant()]):
            return tensor
        case ast.Subscript(value=ast.Attribute(value=tensor, attr="shape"), slice=ast.Constant()):
            return tensor
        case ast.Subscript(value=ast.Call(func=ast.Attribute(value=tensor, attr="size"), args=[])):
            return tensor
        case ast.Call(func=ast.Name(id="len"), args=[tensor]):
            return tensor
    return None


def _whole_shape_of(node: ast.expr) -> ast.expr | None:
    match node:
        case ast.Attribute(value=tensor, attr="shape"):
            return tensor
        case ast.Call(func=ast.Attribute(value=tensor, attr="size"), args=[]):
            return tensor
    return None


def _is_for_them_alone(case: Case, statement: ast.stmt, inside: set[int]) -> bool:
    """Whether only the statements that make the states read the name that ``statement`` binds."""
    function = next((each for each in case.parents if isinstance(each, ast.FunctionDef)), None)
    [target] = getattr(statement, "targets", [None])
    return function is not None and all(
        id(each) in inside
        for each in ast.walk(function)
        if isinstance(each, ast.Name) and each.id == getattr(target, "id", "") and isinstance(each.ctx, ast.Load)
    )


def one_sequence(case: Case, node: ast.expr, parts: list[ast.expr]) -> Finding | None:
    """What to say where ``forward`` makes the state for ``x.size(0)``, the length of a sequence without a batch.

    ``node``: the input of the layer; ``parts``: the tensors of its state. The call of the network gets a batch of one.
    """
    made = [made for each in parts if isinstance(each, ast.Name) and (made := origin(case, each.id)) is not None]
    batch = tuple(f"{ast.unparse(node)}{each}" for each in (".size(0)", ".shape[0]"))
    outer = outermost_call(case)
    used = [size for each in made for size in batch if size in ast.unparse(each.value)]
    if not used or outer is None or not isinstance(outer.node, ast.Call) or not case.site.is_nested:
        return None
    source, given, rows = outer.site.source, outer.node.args[0], (outer.shape(outer.node.args[0]) or (0,))[0]
    one, each = (spliced(source, outer.node, {given: postfix(source, given, f".unsqueeze({dim})")}) for dim in (0, 1))
    fixes, single = tried(outer, [Candidate(one)]), tried(outer, [Candidate(each)])
    text = gettext(
        "The state is made for {size}, which is the batch where there is one. {code} makes a batch of one.",
        size=used[0],
        code=in_a_sentence(one),
    )
    if not fixes or not single or rows < 2:
        return Finding(text, fixes)
    both = gettext(
        "The state is made for {size}, which is the batch where there is one. If the {count} rows are the steps of one "
        "sequence, {code} makes a batch of one; if each row is an example with one step, {other} makes {count} "
        "sequences.",
        size=used[0],
        count=rows,
        code=in_a_sentence(one),
        other=in_a_sentence(each),
    )
    return Finding(both)
