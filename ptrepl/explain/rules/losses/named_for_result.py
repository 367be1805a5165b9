"""``loss = loss(pred, y)``: the name of what was called went to its result, and the next call finds that."""

from __future__ import annotations

import ast
import keyword
from collections.abc import Iterator

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.kinds import is_tensor_class
from ptrepl.explain.called_name import called_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.in_loop import with_lines_changed
from ptrepl.explain.operands.callers import call_that_gave
from ptrepl.explain.provenance.origins import Origin, earlier, label, origin, origin_at_prompt, parsed
from ptrepl.explain.rewrite import in_a_sentence, in_one_line, spliced
from ptrepl.explain.rule import Finding
from ptrepl.texts.messages import gettext

_LOOPS = (ast.For, ast.While)
_RESULTS = (int, float, tuple, list)


def replaced_by_result(case: Case, call: ast.Call) -> Finding | None:
    """What is said of a call of a name that its own result has taken; None for other calls."""
    if not isinstance(call.func, (ast.Name, ast.Attribute)) or case.maybe_site is None:
        return None
    held = case.real(call.func)
    if not is_tensor_class(type(held)) and type(held) not in _RESULTS:
        return None
    name = ast.unparse(call.func)
    inside = _in_what_failed(case, call, name)
    if inside is not None:
        statement, source, made = inside, case.site.source, _made_before(case, name)
        passed = call_that_gave(case, name)
        if passed is not None and passed[0].real(passed[1]) is held:
            return None  # it was this one from the start
        if made is not None and not _is_called(made.value):
            return None  # it may have been
        if "." in name and not _is_computed(case, call.func):
            return None
    else:
        found = _in_earlier(case, name) if isinstance(call.func, ast.Name) and not _is_local(case, name) else None
        if found is None:
            return None
        statement, source, made = found
    fields = {"statement": label(source, statement), "name": name}
    if is_tensor_class(type(held)):
        text = gettext(
            "`{statement}` gave the name {name} to the result, a tensor, and what was called by it is gone.", **fields
        )
    else:
        text = gettext("`{statement}` gave the name {name} to the result, and what was called by it is gone.", **fields)
    return _with_two_names(case, text, name, statement, source, made)


def _with_two_names(
    case: Case, text: str, name: str, statement: ast.Assign, source: str, made: Origin | None
) -> Finding:
    if made is not None and _is_function(made.value) and made.is_alone:
        function = f"{name}_fn"
        if function in case.names or not function.isidentifier() or keyword.iskeyword(function):
            function = f"{name}_function"
        again = f"{function} = {in_one_line(made.source, made.value)}"
        anew = in_a_sentence(spliced(source, statement, _renamed(statement, name, function)))
        two = gettext("Two names keep both: `{again}`, and then `{statement}`.", again=again, statement=anew)
        return Finding(f"{text} {two}", _again(case, name, function, again))
    whole = statement.value
    is_network = made is not None and isinstance(made.value, ast.Call) and "output" not in case.names
    result = "output" if is_network else f"{name}_value"
    anew = f"{result} = {in_one_line(source, whole)}"
    if "." in name or _is_local(case, name):
        other = gettext("Give the result another name, here and where it is used: `{statement}`.", statement=anew)
    else:
        other = gettext("Make that again, and give the result another name: `{statement}`.", statement=anew)
    return Finding(f"{text} {other}")


def _again(case: Case, name: str, function: str, again: str) -> tuple[Fix, ...]:
    """The statement that failed, with what it calls under a name of its own."""
    site = case.site
    if site.is_nested:
        return ()
    source = site.source
    texts = {
        each: spliced(source, each, _renamed(each, name, function))
        for each in _simple(site.statement)
        if _renamed(each, name, function)
    }
    headers = sum(_calls(each, name) for each in ast.walk(site.statement))
    if headers != sum(_calls(part, name) for each in texts for part in ast.walk(each)):
        return ()
    return with_lines_changed(case, texts, again)


def _simple(tree: ast.stmt) -> Iterator[ast.stmt]:
    for each in ast.walk(tree):
        if isinstance(each, (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Expr, ast.Return)):
            yield each


def _renamed(tree: ast.AST, name: str, function: str) -> dict[ast.expr | ast.stmt, str]:
    return {each.func: function for each in ast.walk(tree) if isinstance(each, ast.Call) and _calls(each, name)}


def _calls(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func) == name


def _gives_it_to_result(node: ast.AST, name: str) -> bool:
    """Whether ``node`` is ``loss = loss(…)``, or ``loss = loss(…).item()``."""
    match node:
        case ast.Assign(targets=[ast.Name() | ast.Attribute() as target], value=value):
            return ast.unparse(target) == name and any(_calls(each, name) for each in ast.walk(value))
    return False


def _in_what_failed(case: Case, call: ast.Call, name: str) -> ast.Assign | None:
    """The assignment in the failing function or statement that had run before: above, or in a round before."""
    parents = [*case.parents]
    function = next((each for each in parents if isinstance(each, ast.FunctionDef)), None)
    if function is not None and "." not in name and not _is_local(case, name):
        return None
    inside = function if function is not None else case.site.statement
    loop = next((each for each in reversed(parents) if isinstance(each, _LOOPS)), None)
    of_object = "." in name and function is not None  # the method was called before, then
    for each in ast.walk(inside):
        if isinstance(each, ast.Assign) and _gives_it_to_result(each, name):
            in_round = loop is not None and any(each is part for part in ast.walk(loop))
            if of_object or in_round or (each.end_lineno or 0) < call.lineno:
                return each
    return None


def _in_earlier(case: Case, name: str) -> tuple[ast.Assign, str, Origin | None] | None:
    entry = next((each for each in earlier(case) if name in each.bound), None)
    tree = parsed(entry.source) if entry is not None else None
    for each in ast.walk(tree) if tree is not None else ():
        if entry is not None and isinstance(each, ast.Assign) and _gives_it_to_result(each, name):
            return each, entry.source, origin(case, name, entry.number)
    return None


def _is_computed(case: Case, node: ast.expr) -> bool:
    """Whether it is a tensor of a graph, as a loss is, and no start value."""
    facts = case.facts(node)
    return facts is not None and facts.grad_fn is not None


def _made_before(case: Case, name: str) -> Origin | None:
    return origin_at_prompt(case, name) if name.isidentifier() and not _is_local(case, name) else None


def _is_local(case: Case, name: str) -> bool:
    code = case.site.frame.f_code
    return case.site.is_nested and name in code.co_varnames


def _is_called(value: ast.expr) -> bool:
    """Whether an object of this text can be called, as far as its name says."""
    if isinstance(value, ast.Call):
        return called_name(value)[:1].isupper()
    return isinstance(value, (ast.Lambda, ast.Attribute, ast.Name))


def _is_function(value: ast.expr) -> bool:
    """Whether it is a loss or a function, which nothing else depends on, and no network."""
    if isinstance(value, ast.Call):
        return called_name(value).endswith(("Loss", "Similarity", "Distance"))
    return isinstance(value, (ast.Lambda, ast.Attribute))
