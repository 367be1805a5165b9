"""A name that is not defined: misspelt, part of a module of torch, or not made because its statement failed."""

from __future__ import annotations

import ast
import builtins
import re
import types
from collections.abc import Iterator

from ptrepl.engine.explanation import Fix
from ptrepl.engine.outcome import Status
from ptrepl.engine.watch.facts import read
from ptrepl.engine.watch.kinds import class_dict, is_tensor_class, mro, type_name
from ptrepl.explain.called_name import names_within
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.retyped import typed
from ptrepl.explain.fixes.spelling import homes, is_one_slip, near, renamed
from ptrepl.explain.fixes.trial import Candidate, tried, verified
from ptrepl.explain.provenance.origins import earlier, parsed
from ptrepl.explain.rewrite import in_one_line, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.standins.lookup import NotReadable
from ptrepl.texts.lists import either
from ptrepl.texts.messages import gettext

_MOST_NAMES = 3_000
_GRADIENTS = frozenset("grad grads gradient gradients dw gradw".split())
_MOST_GRADIENTS = 3
_SWITCHES = frozenset(
    "requires_grad create_graph retain_graph keepdim pin_memory shuffle drop_last inplace descending batch_first "
    "bias affine non_blocking weights_only allow_unused".split()
)
"""Arguments of torch's functions that are True or False."""
_IN_WORDS = "zero one two three four five six seven eight nine ten".split()
_OWN = frozenset(
    "model models net sample samples loader buffer generator transformer block mask image images logits features "
    "tensors array mean_loss grads loss_fn".split()
)
"""What people call things of their own; that torch has a name like it says nothing about them."""
_MODULES = frozenset(
    "math random time os sys re json copy itertools functools collections datetime statistics string pathlib".split()
)


def _is_device(word: str, parents: tuple[ast.AST, ...]) -> bool:
    """Whether a name stands for a device; ``meta`` only where one is asked for, as in ``x.to(meta)``."""
    if word != "meta":
        return word in ("cpu", "cuda", "mps", "gpu")
    match parents[:1]:
        case (ast.keyword(arg="device") | ast.Call(func=ast.Attribute(attr="to" | "device")),):
            return True
    return False


def _unbound(case: Case) -> Finding | None:
    site, word = case.site, case.match.group(1)
    if not isinstance(site.node, ast.Name) or site.inner:
        return None
    if case.unbound is not None and (known := case.unbound(word)):
        return Finding(known)
    failed = next((each for each in earlier(case) if word in each.bound and not _needs(each.source, word)), None)
    if failed is not None and failed.status is Status.RAISED:
        text = gettext(
            "`{statement}` would have made {name}, but it failed, so there is no {name} yet.",
            statement=failed.label,
            name=word,
        )
        return Finding(text)
    if (lost := _local_of_init(case, word)) is not None:
        return lost
    if (found := _argument(case, word) or _method(case, word)) is not None:
        return found
    if word in _GRADIENTS and (leaves := [*dict.fromkeys(_leaves(case))]):
        return _gradient(case, word, leaves)
    if _is_device(word, site.parents):
        device = "cuda" if word == "gpu" else word
        text = gettext(
            'There is no name {name} here. A device is written as a string, "{device}".', name=word, device=device
        )
        line = spliced(site.source, site.line, {site.node: f'"{device}"'})
        return Finding(text, verified(case, Candidate(line, replaces_line=True)))
    if word in _MODULES:
        text = gettext("{name} is a module of Python's standard library. Import it first: import {name}.", name=word)
        return Finding(text, (Fix(f"import {word}"),))
    at_home = [f"{path}.{word}" for path, names in homes(case.scope) if word in names and len(word) > 2]
    if at_home and _is_used_as(case, at_home[0]):
        module = at_home[0].rpartition(".")[0]
        text = gettext(
            "{name} is not defined by itself: it is in {module}, as {path}.", name=word, module=module, path=at_home[0]
        )
        return Finding(text, tried(case, _candidates(case, at_home)))
    close = [each for each in near(word, _known(case)) if _may_be_meant(case, word, each)]
    if close:
        return Finding(_meant(case, word, close[0]), tried(case, _candidates(case, close)))
    if isinstance(added := next(iter(case.parents), None), ast.AugAssign) and added.target is site.node:
        text = gettext(
            "`{line}` changes what {name} holds, and there is no {name}. Give it a first value before.",
            line=in_one_line(site.source, added),
            name=word,
        )
        return Finding(text)
    if word in _IN_WORDS:
        digits = str(_IN_WORDS.index(word))
        text = gettext("There is no {name} here. A number is written in digits: {digits}.", name=word, digits=digits)
        return Finding(text, tried(case, _candidates(case, [digits])))
    if word in ("optimizer", "optim", "opt"):
        text = gettext(
            "No {name} was made. An optimizer takes the parameters of the network: {name} = "
            "torch.optim.SGD(net.parameters(), lr=0.01).",
            name=word,
        )
        return Finding(text)
    if isinstance(next(iter(case.parents), None), ast.Expr):
        return None  # "oops": a word alone is no attempt at a function
    if word.casefold() in _OWN:
        return None
    far = [f"{path}.{name}" for path, names in homes(case.scope) for name in near(word, names, 0.8)]
    far = [each for each in far if _is_used_as(case, each, misspelt=True)]
    if far and len(word) > 3:
        text = gettext("There is no {name} here, but there is {other}.", name=word, other=far[0])
        return Finding(text, tried(case, _candidates(case, far)))
    return None


def _is_used_as(case: Case, path: str, *, misspelt: bool = False) -> bool:
    """Whether the name stands where torch's ``path`` could: its functions are called, its modules have parts taken.

    ``mean`` of ``x - mean``, ``classes`` of ``len(classes)`` and ``images`` of ``net(images)`` are the learner's own.
    """
    home, _, word = path.rpartition(".")
    held = next((names[word] for at, names in homes(case.scope) if at == home and word in names), None)
    node, parent = case.site.node, next(iter(case.parents), None)
    if isinstance(held, types.ModuleType):
        return isinstance(parent, ast.Attribute)
    if not callable(held):
        return True
    match parent:
        case ast.Call(func=func) if func is node:
            return True
        case ast.ClassDef() | ast.Attribute():
            return True
        case ast.Expr() | ast.Assign() | ast.keyword() | ast.Return():
            return not misspelt  # "activation = relu" hands the function on
        case ast.Call():
            return not misspelt and bool(tried(case, _candidates(case, [path])))
    return False


def _argument(case: Case, word: str) -> Finding | None:
    """``torch.tensor(2.0, requires_grad)``: the name of an argument that is True or False, without its value."""
    node, source = case.site.node, case.site.source
    call = next(iter(case.parents), None)
    if word not in _SWITCHES or not isinstance(call, ast.Call) or node not in call.args:
        return None
    fixes = verified(case, Candidate(spliced(source, call, {node: f"{word}=True"}), of=call))
    if not fixes:
        return None
    text = gettext(
        "{name} is an argument of {function}, and an argument is given its value by name: {name}=True.",
        name=word,
        function=in_one_line(source, call.func),
    )
    return Finding(text, fixes)


def _method(case: Case, word: str) -> Finding | None:
    """``backward(y)``: a method of a tensor, called as if it were a function."""
    node, source = case.site.node, case.site.source
    call = next(iter(case.parents), None)
    if not isinstance(call, ast.Call) or call.func is not node:
        return None
    if any(each.arg is None for each in call.keywords) or any(word in names for _, names in homes(case.scope)):
        return None
    if not call.args:
        return _method_of_none(case, word, call)
    first, of = call.args[0], segment(source, call.args[0])
    owner = case.value(first)
    if not is_tensor_class(type(owner)) or not _is_method(owner, word):
        return None
    given = [segment(source, each) for each in call.args[1:]]
    given += [f"{each.arg}={segment(source, each.value)}" for each in call.keywords]
    rest = ", ".join(given)
    joined = isinstance(first, (ast.Name, ast.Attribute, ast.Subscript, ast.Call))
    code = f"{of if joined else f'({of})'}.{word}({rest})"
    text = gettext("{name} is a method of a tensor: {code}.", name=word, code=code)
    return Finding(text, tried(case, [Candidate(code, of=call)]))


def _method_of_none(case: Case, word: str, call: ast.Call) -> Finding | None:
    """``backward()``: of which tensor, is known where one number alone has a graph."""
    held = [(name, value) for name, value in [*case.names.items()][:_MOST_NAMES] if is_tensor_class(type(value))]
    if not any(_is_method(value, word) for _, value in held):
        return None
    facts = {name: read(value) for name, value in held if not name.startswith("_")}
    ends = [name for name, known in facts.items() if known.grad_fn and known.shape == ()]
    if word == "backward" and len(ends) == 1:
        code = spliced(case.site.source, call, {call.func: f"{ends[0]}.{word}"})
        return Finding(gettext("{name} is a method of a tensor: {code}.", name=word, code=code))
    return Finding(gettext("{name} is a method of a tensor: it stands behind one, with a dot between them.", name=word))


def _is_method(owner: object, word: str) -> bool:
    held = next((class_dict(base)[word] for base in mro(type(owner)) if word in class_dict(base)), None)
    return callable(held) and not word.startswith("_")


def _local_of_init(case: Case, word: str) -> Finding | None:
    """``self_layer = nn.Linear(2, 1)`` in ``__init__``, which ends with it, and ``self_layer(x)`` in ``forward``."""
    whole = next((each for each in case.parents if isinstance(each, ast.ClassDef)), None)
    made = [each for each in (whole.body if whole is not None else ()) if getattr(each, "name", "") == "__init__"]
    if whole is None or len(made) != 1 or not isinstance(made[0], ast.FunctionDef):
        return None
    stored = {
        each.id: f"self.{each.id.removeprefix('self_')}"
        for line in made[0].body
        for each in ast.walk(line)
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
    }
    if word not in stored:
        return None
    text = gettext(
        "{name} is a local variable of __init__, and gone when that ends. {attribute}, with a dot, is kept: write it "
        "in __init__ and here.",
        name=word,
        attribute=stored[word],
    )
    return Finding(text)


def _leaves(case: Case) -> Iterator[str]:
    """The names of leaves that require grad: first those of the failing line, which may be the one that is updated."""
    named = [each.id for each in ast.walk(case.site.line) if isinstance(each, ast.Name)]
    for name in (*named, *list(case.scope.locals)[:_MOST_NAMES]):
        try:
            value = case.scope.name(name)
        except NotReadable:
            continue
        if not name.startswith("_") and is_tensor_class(type(value)):
            facts = read(value)
            if facts.is_leaf and facts.requires_grad:
                yield name


def _gradient(case: Case, word: str, leaves: list[str]) -> Finding:
    """``grad``, where a tensor in reach has one: that is meant, and neither ``nn.grad`` nor ``torch.gradient``."""
    paths = [f"{name}.grad" for name in leaves]
    said = gettext(
        "There is no {name} here. backward() stores the gradient of a tensor in its attribute grad: {paths}.",
        name=word,
        paths=either(paths[:_MOST_GRADIENTS]),
    )
    updated = case.site.line.target if isinstance(case.site.line, ast.AugAssign) else None
    meant = updated.id if isinstance(updated, ast.Name) and updated.id in leaves else None
    sure = [f"{meant}.grad"] if meant is not None else paths if len(paths) == 1 else []
    site = case.site
    line = spliced(site.source, site.statement, {site.node: sure[0]}) if sure and not site.is_nested else ""
    whole = typed(case, line, "") if line else None
    return Finding(said, (whole,) if whole is not None else tried(case, _candidates(case, sure)))


def _known(case: Case) -> list[str]:
    names = [*case.scope.locals, *case.scope.globals][:_MOST_NAMES]
    return [name for name in (*names, *_built_in(case.match.group(1))) if not name.startswith("_")]


def _built_in(word: str) -> list[str]:
    """Python's own names; those of errors only for a ``word`` that names a kind of them, unlike ``error``."""
    kind = re.sub(r"(error|warning|exception)s?$", "", word.casefold())
    errors = bool(kind) and kind != word.casefold()
    return [name for name, held in vars(builtins).items() if errors or not _is_error(held)]


def _is_error(held: object) -> bool:
    return isinstance(held, type) and issubclass(held, BaseException)


def _needs(source: str, word: str) -> bool:
    """Whether a statement needs a value of ``word`` to give it one: ``total += 1``, ``x = x + 1``."""
    tree = parsed(source)
    if tree is None:
        return False
    if len(tree.body) == 1 and isinstance(tree.body[0], ast.Assign):
        return word in names_within(tree.body[0].value)
    added = [each.target for each in ast.walk(tree) if isinstance(each, ast.AugAssign)]
    names = [each for each in ast.walk(tree) if isinstance(each, ast.Name) and each.id == word]
    stored = [each for each in names if isinstance(each.ctx, ast.Store)]
    return bool(stored) and all(each in added for each in stored)


def _may_be_meant(case: Case, word: str, name: str) -> bool:
    """Whether ``name`` is the learner's, or Python's own where it stands as that does: called, or one slip away.

    ``order`` of ``table[order]`` is no ``ord``, and ``error`` no ``KeyError``.
    """
    match next(iter(case.parents), None):
        case ast.Call(func=func) if func is case.site.node:
            return True
    own = name in case.scope.locals or name in case.scope.globals or name not in vars(builtins)
    return own or is_one_slip(word, name) or word.casefold() == name.casefold()


def _candidates(case: Case, names: list[str]) -> Iterator[Candidate]:
    assert isinstance(case.site.node, ast.Name)
    for name in names:
        yield renamed(case, case.site.node, name)


def _meant(case: Case, word: str, name: str) -> str:
    fields = {"name": word, "other": name}
    try:
        value = case.scope.name(name)
    except NotReadable:
        return gettext("There is no {name} here. There is {other}.", **fields)
    if is_tensor_class(type(value)):
        shape = read(value).text("shape")
        return gettext("There is no {name} here. There is {other}, a tensor of shape {shape}.", **fields, shape=shape)
    if type(value) is types.ModuleType:
        return gettext("There is no {name} here. There is {other}, a module.", **fields)
    if type(value) in (types.FunctionType, types.BuiltinFunctionType):
        return gettext("There is no {name} here. There is {other}, a function.", **fields)
    if type(value) is type:
        return gettext("There is no {name} here. There is {other}, a class.", **fields)
    return gettext("There is no {name} here. There is {other}, of type {type}.", **fields, type=type_name(value))


RULES = (
    Rule(
        "undefined name",
        ("NameError",),
        r"^name '(\w+)' is not defined",
        _unbound,
        more="python/names",
    ),
)
