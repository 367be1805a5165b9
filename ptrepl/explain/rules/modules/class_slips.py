"""Slips in the text of a class: an __init__ of another name, self left out, super of another class, a class called."""

from __future__ import annotations

import ast
import re
import types
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.kinds import Kind, class_dict, is_a, kind_of, own_dict, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.class_text import ClassText, class_text
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.provenance.origins import origin
from ptrepl.explain.rewrite import in_one_line, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext

_INIT = re.compile(r"_{0,3}(?:init|int|inti|ini)_{0,3}")
_MOST_NAMES = 3_000


def _other_init(case: Case) -> Finding | None:
    """``def _init_(self, n)``, ``def init(self, n)``, ``def __int__(self, n)``."""
    node = case.node
    cls: Any = case.real(node.func) if isinstance(node, ast.Call) else None
    if cls is None and isinstance(node, ast.Attribute) and isinstance(case.error, AttributeError):
        cls = type(case.error.obj)
    if not is_a(cls, type) or "__init__" in class_dict(cls):
        return None
    wrong = [name for name, each in class_dict(cls).items() if _INIT.fullmatch(name) and _is_init(each)]
    text = class_text(case, cls)
    method = text.method(wrong[0]) if text is not None and len(wrong) == 1 else None
    if text is None or method is None:
        return None
    said = gettext(
        "{cls} has a method {name}. What prepares a new object is named __init__, with two underscores on each side.",
        cls=text.node.name,
        name=wrong[0],
    )
    new = segment(text.source, method).replace(f"def {wrong[0]}", "def __init__", 1)
    return Finding(said, text.anew({method: new}))


def _is_init(value: Any) -> bool:
    """Whether it is a function that writes to its first argument."""
    return isinstance(value, types.FunctionType) and value.__code__.co_argcount > 0 and bool(value.__code__.co_names)


def _super_without_brackets(case: Case) -> Finding | None:
    match case.node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="super") as bare, attr="__init__")):
            pass
        case _:
            return None
    said = gettext("super without () is Python's class. super().__init__() is the call that prepares this object.")
    return Finding(said, _in_class(case, bare, "super()"))


def _super_of_another(case: Case) -> Finding | None:
    """``super(Net, self).__init__()`` in a class of another name."""
    held = case.site.frame.f_locals.get("self")
    nodes = (case.node, *case.parents)
    call = next((each for each in nodes if _is_super(each)), None)
    if not isinstance(call, ast.Call) or held is None or not isinstance(call.args[0], ast.Name):
        return None
    own, named = type_name(held), call.args[0].id
    text = class_text(case, type(held))
    if named == own or text is None:
        return None
    said = gettext(
        "super({named}, self) stands in the class {cls}, and its first argument must be that class. super() without "
        "arguments is the same, and needs no name: super().__init__().",
        named=named,
        cls=own,
    )
    return Finding(said, _in_class(case, call, "super()"))


def _is_super(node: Any) -> bool:
    match node:
        case ast.Call(func=ast.Name(id="super"), args=[_, ast.Name(id="self")]):
            return True
    return False


def _in_class(case: Case, node: ast.expr, new: str) -> tuple[Fix, ...]:
    """The class of ``self`` with ``new`` for a node of the failing method."""
    held = case.site.frame.f_locals.get("self")
    text = class_text(case, type(held)) if held is not None else None
    same = [each for each in ast.walk(text.node) if _is_same(each, node)] if text is not None else []
    return text.anew({same[0]: new}) if text is not None and len(same) == 1 else ()  # type: ignore[dict-item]


def _is_same(one: ast.AST, other: ast.expr) -> bool:
    if not isinstance(one, ast.expr):
        return False
    return (one.lineno, one.col_offset, ast.dump(one)) == (other.lineno, other.col_offset, ast.dump(other))


def _without_self(case: Case) -> Finding | None:
    """``fc1(x)`` for ``self.fc1(x)``."""
    node, frame = case.node, case.site.frame
    code = frame.f_code
    if not isinstance(node, ast.Name) or case.site.inner or not code.co_argcount:
        return None
    owner = code.co_varnames[0]
    held = frame.f_locals.get(owner)
    names = _attributes(held)
    if owner != "self" or held is None or node.id not in names:
        return None
    text = class_text(case, type(held))
    method = text.method(code.co_name) if text is not None else None
    said = gettext("{name} is an attribute of self here: write self.{name}.", name=node.id)
    if text is None or method is None:
        return Finding(said)
    known = {*frame.f_locals, *frame.f_globals, *code.co_varnames}
    lost = {
        each: f"self.{each.id}"
        for each in ast.walk(method)
        if isinstance(each, ast.Name) and each.id in names and each.id not in known
    }
    return Finding(said, text.anew(lost))  # type: ignore[arg-type]


def _attributes(held: Any) -> set[str]:
    own = own_dict(held)
    parts = [each for key in ("_modules", "_parameters", "_buffers") for each in own.get(key, ())]
    methods = [name for name, each in class_dict(type(held)).items() if isinstance(each, types.FunctionType)]
    return {each for each in (*parts, *own, *methods) if not each.startswith("_")}


def _local_in_init(case: Case) -> Finding | None:
    """``drop = nn.Dropout(0.2)`` in ``__init__`` for ``self.drop = …``."""
    node, error = case.node, case.error
    if not isinstance(node, ast.Attribute) or not isinstance(error, AttributeError) or error.obj is None:
        return None
    text = class_text(case, type(error.obj))
    init = text.method("__init__") if text is not None else None
    if text is None or init is None:
        return None
    stored = [each for each in ast.walk(init) if isinstance(each, ast.Name) and each.id == node.attr]
    made = [each for each in init.body if _assigns(each, node.attr)]
    if len(made) != 1 or node.attr in {each.arg for each in init.args.args}:
        return None
    said = gettext(
        "In {cls}.__init__, `{statement}` makes a local variable, which is gone when __init__ ends. Write self.{name} "
        "= … there.",
        cls=text.node.name,
        statement=in_one_line(text.source, made[0]),
        name=node.attr,
    )
    return Finding(said, text.anew(dict.fromkeys(stored, f"self.{node.attr}")))


def _assigns(node: ast.stmt, name: str) -> bool:
    return isinstance(node, ast.Assign) and [ast.unparse(each) for each in node.targets] == [name]


def _parameter_of_init(case: Case) -> Finding | None:
    """``self.width`` in ``forward``, where ``width`` is an argument of ``__init__`` that nobody kept."""
    node, error = case.node, case.error
    if not isinstance(node, ast.Attribute) or not isinstance(error, AttributeError) or error.obj is None:
        return None
    text = class_text(case, type(error.obj))
    init = text.method("__init__") if text is not None else None
    if text is None or init is None or node.attr not in {each.arg for each in init.args.args[1:]}:
        return None
    if any(isinstance(each, ast.Attribute) and each.attr == node.attr for each in ast.walk(init)):
        return None
    said = gettext(
        "{name} is an argument of {cls}.__init__, which is gone when that ends. self.{name} = {name} in __init__ keeps "
        "it.",
        name=node.attr,
        cls=text.node.name,
    )
    return Finding(said, _kept(text, init, node.attr))


def _kept(text: ClassText, init: ast.FunctionDef, name: str) -> tuple[Fix, ...]:
    first = init.body[0]
    if first.lineno == init.lineno or (isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)):
        return ()
    line = f"{segment(text.source, first)}\n{' ' * first.col_offset}self.{name} = {name}"  # not a sentence: code
    return text.anew({first: line})


def _on_the_class(case: Case) -> Finding | None:
    """``Net.parameters()``, ``Net.forward(x)``: the class in the place of a network."""
    node = case.node
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return None
    cls, name = case.real(node.func.value), node.func.attr
    if not is_a(cls, type) or not isinstance(node.func.value, ast.Name) or case.match["method"] != name:
        return None
    source, called = case.site.source, case.text(node.func.value)
    said = gettext("{cls} is the class, and {method} is for one object of it.", cls=called, method=name)
    instances = [*_instances(case, cls)]
    if len(instances) != 1:
        instead = gettext("Make one first: {cls}(…).{method}(…).", cls=called, method=name)
        return Finding(f"{said} {instead}")
    inner = ", ".join(segment(source, each) for each in (*node.args, *node.keywords))  # type: ignore[arg-type]
    if kind_of(case.names[instances[0]]) is Kind.MODULE and name == "forward":
        code = f"{instances[0]}({inner})"
    else:
        code = spliced(source, node, {node.func.value: instances[0]})
    instead = gettext("Write {code}.", code=code)
    line = spliced(source, case.site.line, {node: code})
    return Finding(f"{said} {instead}", verified(case, Candidate(line, replaces_line=True)))


def _instances(case: Case, cls: type) -> Iterator[str]:
    for name, value in [*case.names.items()][:_MOST_NAMES]:
        if type(name) is str and not name.startswith("_") and type(value) is cls:
            yield name


def _method_without_self(case: Case) -> Finding | None:
    """``def __getitem__(idx)``, ``def step(x)`` in a class."""
    node, word = case.node, case.match["method"]
    held: Any = None
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == word:
        held = case.real(node.func.value)
    elif isinstance(node, ast.Subscript) and word == "__getitem__":
        held = case.real(node.value)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and word == "__init__":
        return _init_without_self(case, case.real(node.func))
    if held is None or is_a(held, type):
        return None
    return _self_first(case, type(held), word)


def _init_without_self(case: Case, cls: Any) -> Finding | None:
    return _self_first(case, cls, "__init__") if is_a(cls, type) else None


def _self_first(case: Case, cls: type, word: str) -> Finding | None:
    text = class_text(case, cls)
    method = text.method(word) if text is not None else None
    if text is None or method is None or method.decorator_list or method.args.vararg is not None:
        return None
    parameters = [each.arg for each in method.args.args]
    if parameters[:1] in (["self"], ["cls"]) or _is_the_object(text.node, method):
        return None
    said = gettext(
        "The first argument of a method is the object itself: write def {name}({parameters}).",
        name=word,
        parameters=", ".join(["self", *parameters]),
    )
    if not parameters:
        return Finding(said)
    first = method.args.args[0]
    return Finding(said, text.anew({first: f"self, {segment(text.source, first)}"}))  # type: ignore[arg-type,dict-item]


def _is_the_object(cls: ast.ClassDef, method: ast.FunctionDef) -> bool:
    """Whether the first parameter is the object under another name, as ``s`` in ``s.fc = nn.Linear(3, 2)``."""
    first = method.args.args[0].arg if method.args.args else ""
    attributes = [each for each in ast.walk(method) if isinstance(each, ast.Attribute)]
    stored = {ast.unparse(each.value) for each in attributes if isinstance(each.ctx, ast.Store)}
    others = [each.args.args[0].arg for each in cls.body if isinstance(each, ast.FunctionDef) and each.args.args]
    return first in stored or others.count(first) > 1


def _no_module(case: Case) -> Finding | None:
    """``class Net:`` with layers and a forward, called like a network."""
    node, held = case.node, None
    if isinstance(node, ast.Call):
        held = case.real(node.func)
    elif isinstance(node, ast.Attribute) and isinstance(case.error, AttributeError):
        held = case.error.obj
    text = class_text(case, type(held)) if held is not None else None
    if text is None or kind_of(held) is Kind.MODULE or text.method("forward") is None:
        return None
    init = text.method("__init__")
    parts = [name for name, each in own_dict(held).items() if kind_of(each) is Kind.MODULE]
    if init is None or not parts or [ast.unparse(each) for each in text.node.bases] not in ([], ["object"]):
        return None
    said = gettext(
        "{cls} has layers and a forward, and is not derived from nn.Module, which lets it be called and finds its "
        "parameters: class {cls}(nn.Module), with super().__init__() first in __init__.",
        cls=text.node.name,
    )
    found = text.anew({})
    if not found or "super().__init__()" not in segment(text.source, init):
        return Finding(said)
    header = re.compile(rf"class {text.node.name}\s*(?:\(\s*(?:object)?\s*\))?\s*:")
    code = header.sub(f"class {text.node.name}(nn.Module):", found[0].code, count=1)
    return Finding(said, (Fix(code),))


def _method_for_network(case: Case) -> Finding | None:
    """``net = net.eval``, then ``net(x)``."""
    node = case.node
    real: Any = case.real(node.func) if isinstance(node, ast.Call) else None
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or type(real) is not types.MethodType:
        return None
    made = origin(case, node.func.id)
    if kind_of(real.__self__) is not Kind.MODULE or made is None or not isinstance(made.value, ast.Attribute):
        return None
    return Finding(
        gettext(
            "{name} is the method {method} itself since `{statement}`. With () it is called: {code}. Make {name} again "
            "first.",
            name=node.func.id,
            method=made.value.attr,
            statement=made.label,
            code=f"{in_one_line(made.source, made.value)}()",
        )
    )


_MORE = "modules/module-class"

BEFORE = (
    "python.plain_slips",
    "python.other_libraries",
    "python.no_function",
    "saving.location",
    "saving.not_a_state_dict",
    "saving.optimizer_state",
    "saving.path",
    "python.missing",
    "modules.layer_settings",
    "optimizers.scheduler",
    "optimizers.scheduler_settings",
    "modules.network_call",
    "saving.not_a_network",
    "autograd.no_gradient",
    "arrays.assigned",
    "sequences.packed",
    "arrays.growing",
    "forward.missing_input",
    "modules.module",
    "sequences.two_states",
    "modules.subclass",
    "optimizers.optimizer",
    "python.attribute",
    "python.called",
    "python.name",
    "python.keyword",
    "data.dataset",
    "modules.own_arguments",
)

RULES = (
    Rule(
        "plain class",
        ("TypeError", "AttributeError"),
        r"^'\w+' object is not callable|object has no attribute '(?:parameters|named_parameters|to|train|eval|"
        r"zero_grad|state_dict|load_state_dict|cuda|children|modules)'",
        _no_module,
        more=_MORE,
    ),
    Rule(
        "network method",
        ("TypeError",),
        r"^\w+\.\w+\(\) takes (?:from )?\d+ (?:to \d+ )?positional arguments? but",
        _method_for_network,
        more=_MORE,
    ),
    Rule(
        "init name",
        ("TypeError", "AttributeError"),
        r"__init__\(\) takes 1 positional argument but|__init__\(\) got an unexpected keyword|"
        r"\w+\(\) takes no arguments|object has no attribute",
        _other_init,
        more=_MORE,
    ),
    Rule("bare super", ("TypeError",), r"descriptor '__init__' of 'super' object", _super_without_brackets, more=_MORE),
    Rule(
        "other super",
        ("NameError", "TypeError"),
        r"^name '\w+' is not defined|^super\(type, obj\): obj",
        _super_of_another,
        more=_MORE,
    ),
    Rule("missing self", ("NameError",), r"^name '\w+' is not defined", _without_self, more=_MORE),
    Rule("init local", ("AttributeError",), r"object has no attribute", _local_in_init, more=_MORE),
    Rule("init argument", ("AttributeError",), r"object has no attribute", _parameter_of_init, more=_MORE),
    Rule(
        "class method",
        ("TypeError",),
        r"^\w+\.(?P<method>(?!__init__)\w+)\(\) missing 1 required positional argument",
        _on_the_class,
        more=_MORE,
    ),
    Rule(
        "unbound method",
        ("TypeError",),
        r"^\w+\.(?P<method>(?!forward)\w+)\(\) takes \d+ positional arguments? but",
        _method_without_self,
        more=_MORE,
    ),
)
