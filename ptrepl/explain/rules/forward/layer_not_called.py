"""``F.relu(self.fc1)``: a layer in the place of what it gives, in a method of the network that holds it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.kinds import Kind, is_tensor_class, kind_of, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.in_loop import with_lines_changed
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.provenance.just_before import assigned_just_before
from ptrepl.explain.rewrite import in_a_sentence, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext


def _not_called(case: Case) -> Finding | None:
    layer = _layer(case)
    if layer is None:
        return _given_to_name(case)
    source, name = case.site.source, case.text(layer)
    said = gettext(
        "{layer} is the layer itself ({type}), and what it gives is wanted here.",
        layer=name,
        type=type_name(case.real(layer)),
    )
    around = case.parents[0] if case.parents else None
    is_called = isinstance(case.node, ast.Call) and isinstance(around, ast.Call) and around.func is case.node
    if is_called and isinstance(around, ast.Call) and len(around.args) == 1 and not around.keywords:
        given = segment(source, around.args[0])
        inner = spliced(source, case.site.node, {layer: f"{name}({given})"})
        text = gettext("The input belongs into the inner brackets: {code}.", code=in_a_sentence(inner))
        return Finding(f"{said} {text}", tried(case, [Candidate(inner, of=around)]))
    given = next(iter(_inputs(case, layer)), "")
    if not given:
        call = gettext("Call it, with its input in brackets.")
        return Finding(f"{said} {call}")
    code = f"{name}({given})"
    call = gettext("Call it: {code}.", code=code)
    fixes = tried(case, [Candidate(spliced(source, case.site.node, {layer: code}))])
    return Finding(f"{said} {call}", fixes) if fixes or case.too_long else Finding(said)


def _given_to_name(case: Case) -> Finding | None:
    """``x = self.act`` before the line that failed."""
    for each in case.operands():
        made = assigned_just_before(case, each.id) if isinstance(each, ast.Name) else None
        if made is None or kind_of(case.scope.locals.get(made.name)) is not Kind.MODULE:
            continue
        match made.value:
            case ast.Attribute(value=ast.Name(id="self")) as layer:
                pass
            case _:
                continue
        code = f"{case.text(layer)}({made.name})"
        said = gettext(
            "`{statement}` gives {name} the layer itself ({type}), not what it gives. Call it: {code}.",
            statement=made.label,
            name=made.name,
            type=type_name(case.real(layer)),
            code=code,
        )
        function = next((each for each in case.parents if isinstance(each, ast.FunctionDef)), None)
        before = [
            node
            for node in ast.walk(function or case.site.statement)
            if isinstance(node, ast.Name) and node.id == made.name and node.lineno < made.statement.lineno
        ]
        given = function is not None and made.name in [arg.arg for arg in function.args.args]
        return Finding(said, _with_line(case, made.statement, {layer: code}) if before or given else ())
    return None


def _with_line(case: Case, line: ast.stmt, texts: dict[ast.expr | ast.stmt, str]) -> tuple[Fix, ...]:
    return with_lines_changed(case, {line: spliced(case.site.source, line, texts)})


def _layer(case: Case) -> ast.Attribute | None:
    """The one operand of the failing code that is ``self.name`` and a layer; what is called is none."""
    held = case.site.frame.f_locals.get("self")
    if kind_of(held) is not Kind.MODULE:
        return None
    node = case.node
    parts = case.operands()
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        parts = [each for each in parts if each is not node.func.value]
    found = [
        each
        for each in parts
        if isinstance(each, ast.Attribute)
        and isinstance(each.value, ast.Name)
        and each.value.id == "self"
        and kind_of(case.real(each)) is Kind.MODULE
        and not type_name(case.real(each)).endswith(("Loss", "List", "Dict"))
    ]
    return found[0] if len(found) == 1 else None


def _inputs(case: Case, layer: ast.expr) -> Iterator[str]:
    """The names of tensors that the layer takes: the one that the line gives a new value, then the latest."""
    line, function = case.site.line, next((each for each in case.parents if isinstance(each, ast.FunctionDef)), None)
    if function is None:
        return
    targets = [each.id for each in getattr(line, "targets", ()) if isinstance(each, ast.Name)]
    stored = [
        each
        for each in ast.walk(function)
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store) and each.lineno < line.lineno
    ]
    latest = [each.id for each in sorted(stored, key=lambda each: (-each.lineno, each.col_offset))]
    given = [each.arg for each in function.args.args[1:]]
    for name in dict.fromkeys([*targets, *latest, *given]):
        if not is_tensor_class(type(case.scope.locals.get(name))):
            continue
        call = ast.parse(f"{case.text(layer)}({name})", mode="eval").body  # not a sentence: code
        if case.value(call) is not None:
            yield name


BEFORE = (
    "autograd.custom_function",
    "containers.wanted_tensor",
    "data.collate",
    "modules.class_slips",
    "modules.network_call",
    "modules.subclass",
    "optimizers.optimizer_numbers",
    "optimizers.parameter_groups",
    "sequences.packed_parts",
)

RULES = (
    Rule(
        "uncalled layer",
        ("TypeError", "AttributeError"),
        r"must be Tensor, not (?!OrderedDict|NoneType)[A-Z]\w+|"
        r"^expected Tensor as element \d+ in argument 0, but got (?!OrderedDict|NoneType)[A-Z]\w+|"
        r"received an invalid combination of arguments - got \(\w+, Parameter|"
        r"^unsupported operand type\(s\) for .*: 'Tensor' and '(?!NoneType)[A-Z]\w+'|"
        r"^unsupported operand type\(s\) for .*: '(?!NoneType)[A-Z]\w+' and 'Tensor'|"
        r"^'(?!OrderedDict|NoneType)[A-Z]\w+' object has no attribute '(?:view|reshape|size|shape|dim|flatten|"
        r"squeeze|unsqueeze|mean|sum|permute|transpose|relu|sigmoid|tanh|softmax|log_softmax|contiguous|chunk|split)'",
        _not_called,
        more="modules/layer-names",
    ),
)
