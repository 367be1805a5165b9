"""A tensor of several elements where Python needs one truth value."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise
from math import prod

from ptrepl.engine.explanation import Fix
from ptrepl.engine.operator_signs import OPERATOR_SIGNS
from ptrepl.engine.record.record import one_line
from ptrepl.engine.watch.facts import shape_text
from ptrepl.explain.called_name import names_within
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried, verified
from ptrepl.explain.maybe_none import none_said_by
from ptrepl.explain.operands.dtypes import is_float
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import in_a_sentence, is_code, operand, postfix, segment, spanned, spliced, split_compared
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.rules.python.built_in import greatest_of_tensors
from ptrepl.explain.standins.calling import Failed, Unknown
from ptrepl.explain.standins.evaluate import Evaluator
from ptrepl.explain.standins.standins import StandIns
from ptrepl.texts.messages import N_, gettext, ngettext

_BOTH = {ast.And: ("and", "&"), ast.Or: ("or", "|")}
_BITWISE = (ast.BitAnd, ast.BitOr, ast.BitXor)
_WORDS: dict[type[ast.AST], str] = {ast.While: "'while'", ast.Assert: "'assert'", ast.If: "'if'", ast.IfExp: "'if'"}
_MOST_LINES = 20
_ALL, _ANY = N_("True if all elements are"), N_("True if at least one element is")


def _truth(case: Case) -> Finding | None:
    match case.parents[0] if case.parents else None:
        case ast.BoolOp() as whole if isinstance(case.node, ast.expr) and case.shape(case.node):
            return _joined(case, whole)  # under an if, Python asks the parts of it one by one
    match case.node:
        case ast.BoolOp() as whole:
            return _joined(case, whole)
        case ast.Compare(ops=[_, _, *_]) as node:
            return _chain(case, node)
        case ast.UnaryOp(op=ast.Not(), operand=value):
            return _not(case, value)
        case ast.Call(func=ast.Name(id="max" | "min" as name), args=args, keywords=[]):
            return greatest_of_tensors(case, name, args)
        case ast.Call(func=ast.Name(id="any" | "all" | "bool" as name), args=[value], keywords=[]):
            return _one(case, value, f"{name}()", name)
        case ast.Compare(ops=[ast.In() | ast.NotIn()]):
            text = gettext(
                "To look for a tensor in a list, Python compares it with each entry by ==, which gives one result "
                "for each element. Look for the same object instead, with 'is', or compare with torch.equal."
            )
            return Finding(text)
        case ast.expr() as node:
            return _one(case, node, _place(case), None)
    return None


def _place(case: Case) -> str:
    """The keyword that needs a truth value, in quotes."""
    parents = case.parents
    return _WORDS.get(type(parents[0]), "'if'") if parents else "'if'"


def _one(case: Case, node: ast.expr, asker: str, function: str | None) -> Finding | None:
    """``if x > 0``; ``function``: Python's own any and all, which look at one row after the other."""
    shape = case.shape(node)
    if shape is None:
        return None
    fields = {"name": operand_text(case, node), "shape": shape_text(shape), "keyword": asker}
    count = prod(shape)
    if count == 0:
        text = gettext("{name} has shape {shape}: it is empty, so {keyword} finds no True or False in it.", **fields)
        return Finding(text)
    text = ngettext(
        "{name} has shape {shape}: that is {count} truth value, and {keyword} needs exactly one.",
        "{name} has shape {shape}: that is {count} truth values, and {keyword} needs exactly one.",
        count,
        **fields,
    )
    if (there := _is_there(case, node, f"{text}", function)) is not None:
        return there
    chosen = _counted(case, node) or _element_by_element(case, node)
    if chosen is not None:
        return Finding(f"{text} {chosen.text}", chosen.fixes)
    return Finding(text, tried(case, _summaries(case, node, function)))


def _is_there(case: Case, node: ast.expr, text: str, function: str | None) -> Finding | None:
    """``if attention:`` of numbers, which asks whether there is a tensor: no element of it is a condition.

    None of what holds True or False, and of comparisons.
    """
    facts = case.facts(node)
    plain = isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)) and function is None
    if not plain or facts is None or facts.dtype == "bool":
        return None
    code, none = f"{segment(case.site.source, node)} is not None", none_said_by(case, node)
    if none:
        asks = gettext(
            "It may be None as well (`{none}`). Whether there is a tensor at all, this asks: {code}.",
            none=none,
            code=code,
        )
        return Finding(f"{text} {asks}", verified(case, Candidate(code, of=node)))
    asks = gettext(
        "Whether there is a tensor at all, and not None, {code} asks, and len({name}) > 0 whether it has anything in "
        "it. A question about its numbers needs a comparison, such as ({name} > 0).any().",
        code=code,
        name=segment(case.site.source, node),
    )
    return Finding(f"{text} {asks}")


def _counted(case: Case, node: ast.expr) -> Finding | None:
    """``if pred == labels: correct += 1``, which would count one for all of them."""
    match (case.parents or (None,))[0]:
        case ast.If(body=[ast.AugAssign(op=ast.Add(), value=ast.Constant(1)) as line], orelse=[]) as held:
            site = case.site
        case _:
            return None
    if held.test is not node or not isinstance(node, ast.Compare):
        return None
    code = f"{segment(site.source, line.target)} += ({segment(site.source, node)}).sum().item()"
    text = gettext("If it is to count the elements for which it is True: {code}.", code=one_line(code))
    whole = spliced(site.source, site.statement, {held: code}) if held is not site.statement else code
    fixes = (Fix(whole),) if is_code(whole) and whole.count("\n") < _MOST_LINES else ()
    return Finding(text, (*fixes, *tried(case, [*_summaries(case, node, "all")])))


def _element_by_element(case: Case, node: ast.expr) -> Finding | None:
    """``if x > 0: return x`` and ``else: return 0.1 * x``: one value for each element, so it is ``torch.where``.

    Under ``all()`` or ``any()`` it would run, and give all elements the value of one branch.
    """
    held, source = case.parents[0] if case.parents else None, case.site.source
    compared = {each.id for each in ast.walk(node) if isinstance(each, ast.Name) and case.shape(each)}
    if isinstance(held, ast.IfExp) and held.test is node and _for_each([held.body, held.orelse], compared):
        texts = (segment(source, each) for each in (node, held.body, held.orelse))
        code = f"torch.where({', '.join(texts)})"
        return _where(code, tried(case, [Candidate(code, of=held)]))
    if not isinstance(held, ast.If) or held.test is not node:
        return None
    name, values = _chosen(held)
    if not values or not (name in compared or _for_each(values, compared)):
        return None
    first, *others = (segment(source, each) for each in values)
    if others:
        other = others[0]
    elif name in compared:
        other = name
    else:
        return _where(f"torch.where({segment(source, node)}, {first}, …)", ())
    chosen = f"torch.where({segment(source, node)}, {first}, {other})"
    code = f"{name} = {chosen}" if name else f"return {chosen}"
    return _where(code, _in_place_of(case, held, code))


def _for_each(values: list[ast.expr], compared: set[str]) -> bool:
    """Whether the branches compute with what is compared, or are two numbers, as those of a class are."""
    numbers = [type(each.value) in (int, float) for each in values if isinstance(each, ast.Constant)]
    return any(compared & names_within(each) for each in values) or (len(numbers) == len(values) == 2 and all(numbers))


def _where(code: str, fixes: tuple[Fix, ...]) -> Finding:
    text = gettext(
        "If each element is to get the value that fits it, that is torch.where: {code}.", code=one_line(code)
    )
    return Finding(text, fixes)


def _chosen(node: ast.If) -> tuple[str, list[ast.expr]]:
    """The name that both branches assign, "" where they return, and the values of the two; one where no else is."""
    after: list[ast.stmt] = node.orelse or _next(node)
    match node.body, after[:1]:
        case [ast.Assign(targets=[ast.Name(id=name)], value=one)], [
            ast.Assign(targets=[ast.Name(id=other)], value=two)
        ] if name == other and node.orelse:
            return name, [one, two] if len(node.orelse) == 1 else []
        case [ast.Assign(targets=[ast.Name(id=name)], value=one)], _ if not node.orelse:
            return name, [one]
        case [ast.Return(value=ast.expr() as one)], [ast.Return(value=ast.expr() as two)]:
            return "", [one, two]
    return "", []


def _next(node: ast.stmt) -> list[ast.stmt]:
    """The statements after ``node`` in its block."""
    above = getattr(node, "parent", None)
    block = getattr(above, "body", None)
    if not isinstance(block, list) or not any(each is node for each in block):
        return []
    return block[next(at for at, each in enumerate(block) if each is node) + 1 :]


def _in_place_of(case: Case, held: ast.If, code: str) -> tuple[Fix, ...]:
    """The statement with ``code`` for the whole ``if``, and for the ``return`` after it that it takes in."""
    site, taken = case.site, [] if held.orelse or not code.startswith("return ") else _next(held)[:1]
    value = ast.parse(code).body[0]
    assert isinstance(value, (ast.Assign, ast.Return))
    try:
        Evaluator(case.scope, StandIns()).value(value.value or ast.Constant(None))
    except (Failed, Unknown):
        return ()
    lines: dict[ast.expr | ast.stmt, str] = {held: code, **dict.fromkeys(taken, "")}
    whole = spliced(site.source, site.statement, lines) if held is not site.statement else code
    whole = "\n".join(each for each in whole.split("\n") if each.strip()) if taken else whole
    return (Fix(whole),) if is_code(whole) and whole.count("\n") < _MOST_LINES else ()


def _summaries(case: Case, node: ast.expr, function: str | None) -> Iterator[Candidate]:
    source = case.site.source
    if function not in ("any",):
        yield Candidate(postfix(source, node, ".all()"), gives=gettext(_ALL))
    if function not in ("all",):
        yield Candidate(postfix(source, node, ".any()"), gives=gettext(_ANY))
    match node:
        case ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]):
            texts = f"{segment(source, left)}, {segment(source, right)}"
            yield Candidate(f"torch.equal({texts})", gives=gettext("True if shapes and elements are equal"))


def _joined(case: Case, whole: ast.BoolOp) -> Finding | None:
    """``a and b`` of bool tensors."""
    values, (word, sign) = whole.values, _BOTH[type(whole.op)]
    facts = [case.facts(each) for each in values]
    first = next((each for each, found in zip(values, facts, strict=True) if found is not None and found.shape), None)
    shape = case.shape(first) if first is not None else None
    if first is None or shape is None:
        return None
    if found := _one_is_there(case, whole, first, shape) or _either(case, whole):
        return found
    text = gettext(
        "{name} has shape {shape}, and '{keyword}' needs one True or False from it: {operator} works element by "
        "element.",
        name=operand_text(case, first),
        shape=shape_text(shape),
        keyword=word,
        operator=sign,
    )
    if any(found is not None and is_float(str(found.dtype)) for found in facts):
        return Finding(
            gettext(
                "{name} has shape {shape}, and '{keyword}' needs one True or False from it.",
                name=operand_text(case, first),
                shape=shape_text(shape),
                keyword=word,
            )
        )
    if any(found is None or found.dtype != "bool" for found in facts):
        return Finding(text)
    source = case.site.source
    parts = [operand(source, each) for each in values]
    return Finding(text, tried(case, _instead(case, whole, f" {sign} ".join(parts))))


def _either(case: Case, whole: ast.BoolOp) -> Finding | None:
    """``ready and x or y`` of floating point tensors: how one was chosen before Python 2.5."""
    match whole:
        case ast.BoolOp(op=ast.Or(), values=[ast.BoolOp(op=ast.And(), values=[asked, one]), other]):
            pass
        case _:
            return None
    facts = [case.facts(each) for each in (one, other)]
    if case.shape(asked) or any(each is not None and not is_float(str(each.dtype)) for each in facts):
        return None
    shape = case.shape(one)
    if not shape:
        return None
    source = case.site.source
    code = f"{segment(source, one)} if {segment(source, asked)} else {segment(source, other)}"
    text = gettext(
        "{name} has shape {shape}, and 'and' and 'or' ask it for one True or False. To take one of the two: {code}.",
        name=operand_text(case, one),
        shape=shape_text(shape),
        code=in_a_sentence(code),
    )
    return Finding(text, verified(case, Candidate(code, of=whole)))


def _one_is_there(case: Case, whole: ast.BoolOp, node: ast.expr, shape: tuple[int, ...]) -> Finding | None:
    """``if mask and …`` and ``mask = mask or …`` of a name that may be None."""
    none, facts, source = none_said_by(case, node), case.facts(node), case.site.source
    if not none or facts is None or facts.dtype == "bool":
        return None
    name = segment(source, node)
    code = f"{name} is not None"
    if isinstance(whole.op, ast.Or) and len(whole.values) == 2 and whole.values[0] is node:
        code = f"{name} if {name} is not None else {segment(source, whole.values[1])}"
    text = gettext(
        "{name} has shape {shape}, and '{keyword}' needs one True or False from it. It may be None as well (`{none}`). "
        "Whether there is a tensor at all, this asks: {code}.",
        name=operand_text(case, node),
        shape=shape_text(shape),
        keyword=_BOTH[type(whole.op)][0],
        none=none,
        code=code,
    )
    around = code.startswith(f"{name} if")
    return Finding(text, verified(case, Candidate(code, of=whole if around else node)))


def _instead(case: Case, node: ast.expr, text: str) -> Iterator[Candidate]:
    """``text`` for the condition, in its whole line where it is an index or an argument; with ``all`` under an if."""
    above = (case.site.node, *case.parents)
    parent = next((after for each, after in pairwise(above) if each is node), None)
    if isinstance(parent, (ast.If, ast.While, ast.Assert, ast.IfExp)) and parent.test is node:
        yield Candidate(f"({text}).all()", of=node, gives=gettext(_ALL))
        yield Candidate(f"({text}).any()", of=node, gives=gettext(_ANY))
    elif isinstance(parent, (ast.Subscript, ast.Tuple, ast.Call, ast.keyword)):
        yield _in_line(case, node, text)
    else:
        yield Candidate(text, of=node)


def _in_line(case: Case, node: ast.expr, text: str) -> Candidate:
    """The line with ``text`` for the node; of a line that opens a block, the expression."""
    site = case.site
    if isinstance(site.line, (ast.Assign, ast.AugAssign, ast.Expr, ast.Return)):
        return Candidate(spliced(site.source, site.line, {node: text}), replaces_line=True)
    whole = node
    for parent in site.parents:
        if not isinstance(parent, ast.expr) or isinstance(parent, (ast.Lambda, ast.ListComp, ast.GeneratorExp)):
            break
        whole = parent
    return Candidate(spliced(site.source, whole, {node: text}), of=whole) if whole is not node else Candidate(text)


def _chain(case: Case, node: ast.Compare) -> Finding | None:
    """``0 < x < 1``."""
    parts = [node.left, *node.comparators]
    named = next((each for each in parts if case.shape(each)), None)
    if named is None or any(isinstance(each, (ast.In, ast.NotIn, ast.Is, ast.IsNot)) for each in node.ops):
        return None
    signs = _signs(node)
    if signs:
        tight = next(each for each in node.comparators[:-1] if isinstance(each, ast.BinOp))
        part = case.called(tight, gettext("the part around it"))
        text = gettext(
            "{operator} binds tighter than a comparison, so Python computes {part} first. Each comparison needs "
            "brackets of its own.",
            operator=OPERATOR_SIGNS[type(tight.op)],
            part=part,
        )
        return Finding(text, tried(case, _instead(case, node, split_compared(case.site.source, node))))
    text = gettext(
        "Python reads this as comparisons with 'and' between them, and 'and' needs one True or False, while {name} "
        "has shape {shape}. & works element by element.",
        name=operand_text(case, named),
        shape=shape_text(case.shape(named) or ()),
    )
    source = case.site.source
    halves = [f"({spanned(source, left, right)})" for left, right in pairwise(parts)]
    return Finding(text, tried(case, _instead(case, node, " & ".join(halves))))


def _signs(node: ast.Compare) -> bool:
    """Whether every part between two comparisons is ``a & b``: ``x > 0 & x < 6``."""
    middle = node.comparators[:-1]
    return bool(middle) and all(isinstance(each, ast.BinOp) and type(each.op) in _BITWISE for each in middle)


def _not(case: Case, value: ast.expr) -> Finding | None:
    facts, shape = case.facts(value), case.shape(value)
    if facts is None or shape is None or not prod(shape):
        return None
    source = case.site.source
    fields = {"name": operand_text(case, value), "shape": shape_text(shape)}
    if facts.dtype != "bool" and (none := none_said_by(case, value)):
        text = gettext(
            "{name} has shape {shape}, and 'not' needs one True or False. It may be None as well (`{none}`). Whether "
            "there is no tensor, this asks: {code}.",
            **fields,
            none=none,
            code=(code := f"{segment(source, value)} is None"),
        )
        return Finding(text, verified(case, Candidate(code)))
    if facts.dtype != "bool":
        text = gettext("{name} has shape {shape}, and 'not' needs one True or False.", **fields)
        return Finding(text, tried(case, [Candidate(postfix(source, value, " == 0"))]))
    text = gettext(
        "{name} has shape {shape}, and 'not' needs one True or False. ~ inverts each element of it.", **fields
    )
    assert isinstance(case.node, ast.expr)
    return Finding(text, tried(case, _instead(case, case.node, f"~{operand(source, value)}")))


RULES = (
    Rule(
        "truth value",
        ("RuntimeError",),
        r"Boolean value of Tensor with (more than one value|no values) is ambiguous",
        _truth,
        more="python/truth-value",
    ),
)
