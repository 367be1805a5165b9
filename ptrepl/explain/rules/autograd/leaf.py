"""In-place changes of a leaf that requires grad, or of one of several views; and requires_grad set on a result."""

from __future__ import annotations

import ast
from typing import Any

from ptrepl.engine.watch.facts import base_attribute, read
from ptrepl.engine.watch.kinds import is_tensor_class
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried, verified
from ptrepl.explain.fixes.writing import anew, written
from ptrepl.explain.provenance.graph import operation_of
from ptrepl.explain.rewrite import segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext

_MOST_NAMES = 500
_SEVERAL = ("unbind", "split", "chunk", "tensor_split", "hsplit", "vsplit", "dsplit", "unsafe")
"""Functions that make several views in one call."""


def _leaf(case: Case) -> Finding | None:
    site, target = case.site, written(case.node)
    if target is None:
        return _function_in_place(case)
    root = target
    while isinstance(root, ast.Subscript):
        root = root.value
    tensor = case.real(root)
    if not is_tensor_class(type(tensor)) or not read(tensor).requires_grad:
        return None
    name = case.called(root, gettext("this tensor"))
    base = base_attribute("_base").__get__(tensor)
    whole = _name_of(case, base) if base is not None else name
    if whole is None:
        return None
    if base is None:
        what = gettext(
            "{name} is a leaf that requires grad: gradients are computed for its values, so it cannot be changed in "
            "place while autograd records.",
            name=name,
        )
    else:
        what = gettext(
            "{name} is a view of {whole}, a leaf that requires grad: gradients are computed for its values, so it "
            "cannot be changed in place while autograd records.",
            name=name,
            whole=whole,
        )
    line = site.line
    if _in_forward(case):
        return _in_computation(case, what, line)
    instead = gettext(
        "An update is not part of the computation: do it under torch.no_grad(), where nothing is recorded."
    )
    text = f"{what} {instead}"
    if not isinstance(line, (ast.Expr, ast.AugAssign)) and not _sets_item(line):
        return Finding(text)
    if _written_again(case, root):
        more = gettext("The lines after this one that write into {name} belong there as well.", name=name)
        return Finding(f"{text} {more}")
    body = segment(site.source, line).replace("\n", "\n    ")
    update = Candidate(f"with torch.no_grad():\n    {body}", replaces_line=True, gives="")
    if _by_mask(case, line) or _has_no_room(case, line) or _reads_itself_turned(line):
        return Finding(text)
    return Finding(text, tried(case, [update]) or verified(case, update))


def _by_mask(case: Case, line: ast.stmt) -> bool:
    """Whether values are written where a mask is True: how many there are, and so whether they fit, nobody knows."""
    if not isinstance(line, ast.Assign) or isinstance(line.value, ast.Constant):
        return False
    indexes = [each.slice for each in line.targets if isinstance(each, ast.Subscript)]
    return any((facts := case.facts(each)) is not None and facts.dtype == "bool" for each in indexes)


_TURNED = ("T", "mT", "H", "mH", "t", "transpose", "swapaxes", "permute")


def _reads_itself_turned(line: ast.stmt) -> bool:
    """Whether it is ``t += t.mT``: torch refuses to write where it still has to read, once the leaf is none."""
    match line:
        case ast.AugAssign(target=target, value=value):
            given = [value]
        case ast.Expr(ast.Call(func=ast.Attribute(value=target), args=given)):
            pass
        case _:
            return False
    whole = ast.unparse(target)
    turned = [each.func if isinstance(each, ast.Call) else each for each in given]
    return any(
        isinstance(each, ast.Attribute) and each.attr in _TURNED and ast.unparse(each.value) == whole for each in turned
    )


def _has_no_room(case: Case, line: ast.stmt) -> bool:
    """Whether what ``x *= y`` would write has another shape than ``x``: torch tells of the leaf first."""
    match line:
        case ast.AugAssign(target=target, value=given) | ast.Assign(targets=[ast.Subscript() as target], value=given):
            place, value = case.shape(target), case.shape(given)
        case _:
            return False
    if place is None or value is None:  # a single number has room for another one alone
        return place == () and value is None and type(case.value(given)) not in (int, float)
    sizes = zip(reversed(place), reversed(value), strict=False)
    return len(value) > len(place) or any(added not in (size, 1) for size, added in sizes)


def _in_forward(case: Case) -> bool:
    """Whether the failing line is part of what is computed: in a ``forward``, or in a function that goes on from there.

    An update, or a function that returns what it was given once it is changed, is none.
    """
    function = next((each for each in case.parents if isinstance(each, ast.FunctionDef)), None)
    if function is None or function.name == "forward":
        return function is not None
    target = written(case.node)
    while isinstance(target, (ast.Subscript, ast.Attribute)):
        target = target.value
    given = {each.arg for each in ast.walk(function.args) if isinstance(each, ast.arg)}
    if not isinstance(target, ast.Name) or target.id not in given or ".grad" in ast.unparse(case.site.line):
        return False
    returned = [each.value for each in ast.walk(function) if isinstance(each, ast.Return) and each.value is not None]
    return any(
        isinstance(part, ast.Name) and part.id == target.id
        for each in returned
        if not isinstance(each, ast.Name)
        for part in ast.walk(each)
    )


def _in_computation(case: Case, what: str, line: ast.stmt) -> Finding:
    """The line that makes a new tensor, where one line does."""
    code = anew(case.site.source, line)
    function = next(each.name for each in case.parents if isinstance(each, ast.FunctionDef))
    if code is None:
        copy = gettext(
            "{function} computes with it and has to leave it as it is: change a copy, made with .clone().",
            function=function,
        )
        return Finding(f"{what} {copy}")
    instead = gettext(
        "{function} computes with it and has to leave it as it is: `{code}` makes a new tensor.",
        function=function,
        code=code,
    )
    new = Candidate(code, replaces_line=True, gives="")
    return Finding(f"{what} {instead}", tried(case, [new]) or verified(case, new))


def _function_in_place(case: Case) -> Finding | None:
    """``F.relu(w, inplace=True)``."""
    node, site = case.node, case.site
    if not isinstance(node, ast.Call) or not node.args:
        return None
    flag = next((each.value for each in node.keywords if each.arg == "inplace"), None)
    facts = case.facts(node.args[0])
    if flag is None or facts is None or not facts.requires_grad:
        return None
    function, given = case.called(node.func, gettext("this function")), case.called(node.args[0], gettext("its input"))
    text = gettext(
        "With inplace=True, {function} would write over {input}, a leaf that requires grad. Without it, the result is "
        "a new tensor.",
        function=function,
        input=given,
    )
    return Finding(text, tried(case, [Candidate(spliced(site.source, node, {flag: "False"}))]))


def _sets_item(line: ast.stmt) -> bool:
    return isinstance(line, ast.Assign) and all(isinstance(each, ast.Subscript) for each in line.targets)


def _name_of(case: Case, tensor: Any) -> str | None:
    scope = case.scope
    names = [*scope.locals, *scope.globals][:_MOST_NAMES]
    return next((name for name in names if scope.name(name) is tensor and not name.startswith("_")), None)


def _one_of_several(case: Case) -> Finding | None:
    target = written(case.node)
    if target is None:
        return None
    name = case.called(target, gettext("this tensor"))
    if (loop := _taken_apart(case, target)) is not None:
        part, whole = loop
        return Finding(
            gettext(
                "`for {part} in {whole}` takes {whole} apart with unbind, which makes all parts at once, and autograd "
                "cannot record an in-place change of one of them. Go through the indices and write into {whole}[i], or "
                "change all of {whole} without a loop.",
                part=part,
                whole=whole,
            )
        )
    function = case.match.group(1).lower()
    if not function.startswith(_SEVERAL):  # a view of such a view, made by an index
        return Finding(
            gettext(
                "{name} is a part of one of several views that were made at once, and autograd cannot record an "
                "in-place change of one of them. Make a new tensor instead of changing this one, or write into the "
                "whole tensor by its index.",
                name=name,
            )
        )
    return Finding(
        gettext(
            "{name} is one of several views that {function} made at once, and autograd cannot record an in-place "
            "change of one of them. Make a new tensor instead of changing this one, or write into the whole tensor by "
            "its index.",
            name=name,
            function=function,
        )
    )


def _written_again(case: Case, root: ast.expr) -> bool:
    """Whether a statement after the failing one, in the same block, changes the same tensor in place."""
    line, above = case.site.line, getattr(case.site.line, "parent", None)
    if isinstance(above, ast.Module) or not isinstance(root, ast.Name):
        return False
    for block in (getattr(above, "body", []), getattr(above, "orelse", [])):
        if line in block:
            return any(_writes_into(each, root.id) for each in block[block.index(line) + 1 :])
    return False


def _writes_into(statement: ast.stmt, name: str) -> bool:
    match statement:
        case ast.AugAssign(target=ast.Name(id=changed)):
            return changed == name
        case ast.AugAssign(target=ast.Subscript() as target) | ast.Assign(targets=[ast.Subscript() as target]):
            inner: ast.expr = target
            while isinstance(inner, ast.Subscript):
                inner = inner.value
            return isinstance(inner, ast.Name) and inner.id == name
    return False


def _taken_apart(case: Case, target: ast.expr) -> tuple[str, str] | None:
    """(``row``, ``rows``) where ``target`` is a part of ``row`` in ``for row in rows``, and ``rows`` is a tensor."""
    while isinstance(target, ast.Subscript):
        target = target.value
    if not isinstance(target, ast.Name):
        return None
    for each in case.parents:
        if isinstance(each, ast.For) and isinstance(each.target, ast.Name) and each.target.id == target.id:
            named = isinstance(each.iter, (ast.Name, ast.Attribute)) and case.facts(each.iter) is not None
            return (target.id, case.text(each.iter)) if named else None
    return None


def _switched(case: Case) -> Finding | None:
    node = case.node
    match node:
        case ast.Call(func=ast.Attribute(value=target)) | ast.Attribute(value=target):
            tensor = case.real(target)
        case _:
            return None
    if not is_tensor_class(type(tensor)):
        return None
    text = gettext(
        "{name} is the result of an operation ({grad_fn}), so it requires grad because what it was computed from does. "
        "{name}.detach() gives the same values without the graph.",
        name=case.called(target, gettext("this tensor")),
        grad_fn=operation_of(tensor),
    )
    line = case.site.line
    if not isinstance(target, ast.Name) or not isinstance(line, (ast.Expr, ast.Assign)):
        return Finding(text)
    leaf = f"{target.id} = {target.id}.detach()"
    if _asks_for_grad(line):
        leaf += ".requires_grad_()"
    return Finding(text, tried(case, [Candidate(leaf, replaces_line=True)]))


def _asks_for_grad(line: ast.stmt) -> bool:
    """Whether it is ``x.requires_grad = True``, or calls ``x.requires_grad_()``."""
    match line:
        case ast.Assign(targets=[ast.Attribute(attr="requires_grad")], value=ast.Constant(value=True)):
            return True
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr="requires_grad_"), args=args, keywords=[])):
            return not args or getattr(args[0], "value", None) is True
    return False


RULES = (
    Rule(
        "leaf in-place",
        ("RuntimeError",),
        r"a (?:view of a )?leaf Variable that requires grad is being used in an in-place operation",
        _leaf,
        more="autograd/leaf-in-place",
        lesson="autograd/no-grad",
    ),
    Rule(
        "view in-place",
        ("RuntimeError",),
        r"Output \d+ of (\w+?)(?:Backward\w*)? is a view and is being modified inplace",
        _one_of_several,
        more="autograd/views-in-place",
    ),
    Rule(
        "requires_grad set",
        ("RuntimeError",),
        r"you can only change requires_grad flags of leaf variables",
        _switched,
        more="autograd/requires-grad",
        lesson="autograd/detach",
    ),
)
