"""The learner's own network: its class called with an input, and a call that lacks an argument of ``forward``."""

from __future__ import annotations

import ast
import types
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.kinds import Kind, class_dict, is_tensor_class, kind_of, mro, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.standins.torch_code import is_torch_class
from ptrepl.texts.lists import every
from ptrepl.texts.messages import gettext

_MORE = "modules/class-and-instance"


def _is_own_class(cls: Any) -> bool:
    """Whether ``cls`` is a class of the learner's that derives from nn.Module."""
    if not isinstance(cls, type) or is_torch_class(cls):
        return False
    return any(class_dict(base).get("__module__") == "torch.nn.modules.module" for base in mro(cls))


def _called_class(case: Case) -> tuple[ast.Call, Any] | None:
    """The call of a class with a tensor, at the failing place or in the statement that led there."""
    node = case.node
    if isinstance(node, ast.Call) and _is_own_class(case.real(node.func)):
        return (node, case.real(node.func)) if _gives_tensor(case, node) else None
    return None


def _gives_tensor(case: Case, call: ast.Call) -> bool:
    return any(case.facts(each) is not None for each in call.args)


def _class(case: Case) -> Finding | None:
    """``model = Net`` and then ``model(x)``; ``Net(x)``."""
    found = _called_class(case)
    if found is None:
        return None
    call, cls = found
    name, own = operand_text(case, call.func), _name(cls)
    source = case.site.source
    needed = _needed(cls)
    given = ", ".join(segment(source, each) for each in call.args)
    settings = ", ".join(f"{each}=…" for each in needed)
    if name == own:
        text = gettext(
            "{cls} is the class: {cls}({settings}) makes an instance, a network, and the instance takes the input.",
            cls=own,
            settings=settings,
        )
    else:
        text = gettext(
            "{name} is the class {cls} itself, not a network: {cls}({settings}) makes an instance, and the instance "
            "takes the input.",
            name=name,
            cls=own,
            settings=settings,
        )
    site = case.site
    if needed or site.is_nested or site.line is not site.statement:
        return Finding(text)
    if name == own:
        return Finding(text, (Fix(spliced(source, site.line, {call: f"{own}()({given})"}), ""),))
    if isinstance(call.func, ast.Name):
        return Finding(text, (Fix(f"{name} = {own}()\n{segment(source, site.line)}", ""),))
    return Finding(text)


def _name(cls: Any) -> str:
    return str(type.__dict__["__name__"].__get__(cls))


def _needed(cls: Any) -> list[str]:
    """The parameters of ``__init__`` that have no default."""
    init = next((class_dict(base)["__init__"] for base in mro(cls) if "__init__" in class_dict(base)), None)
    return [] if type(init) is not types.FunctionType else _without_default(init)


def _without_default(function: types.FunctionType) -> list[str]:
    code = function.__code__
    count = code.co_argcount - len(function.__defaults__ or ())
    return [*code.co_varnames[1:count]]


def _input_as_setting(case: Case) -> Finding | None:
    """An input that became a setting: ``UNet(img)`` fails in ``__init__``, where a layer takes it for a size."""
    site = case.site
    frame = site.outer
    if frame.f_code.co_name != "__init__" or not isinstance(case.node, ast.Call):
        return None
    module = frame.f_locals.get(frame.f_code.co_varnames[0]) if frame.f_code.co_varnames else None
    if kind_of(module) is not Kind.MODULE or is_torch_class(type(module)):
        return None
    names = {each.id for each in ast.walk(case.node) if isinstance(each, ast.Name)}
    parameters = frame.f_code.co_varnames[1 : frame.f_code.co_argcount]
    found = next((each for each in parameters if each in names and is_tensor_class(type(frame.f_locals.get(each)))), "")
    if not found:
        return None
    own = type_name(module)
    return Finding(
        gettext(
            "{setting} is a tensor here: {cls}(…) makes an instance and takes its settings ({settings}), not the "
            "input. Make the network first, as in net = {cls}({settings}), then call net with the input.",
            setting=found,
            cls=own,
            settings=", ".join(parameters),
        )
    )


def _missing(case: Case) -> Finding | None:
    """``eye(left)`` where ``forward`` takes two inputs."""
    node = case.node
    if not isinstance(node, ast.Call) or any(isinstance(each, ast.Starred) for each in node.args):
        return None
    module = case.real(node.func)
    if kind_of(module) is not Kind.MODULE:
        return None
    cls = type(module)
    forward = next((class_dict(base)["forward"] for base in mro(cls) if "forward" in class_dict(base)), None)
    if type(forward) is not types.FunctionType or is_torch_class(cls):
        return None
    needed = _without_default(forward)
    given = {each.arg for each in node.keywords}
    missing = [each for each in needed[len(node.args) :] if each not in given]
    if not missing:
        return None
    call = operand_text(case, node.func)
    return Finding(
        gettext(
            "Calling {module} calls its forward, which takes {parameters}. {missing} was not given: "
            "{module}({parameters}).",
            module=call,
            parameters=", ".join(needed),
            missing=every(missing),
        )
    )


BEFORE = ("arrays.growing", "arrays.call_forms", "modules.subclass")

RULES = (
    Rule(
        "called class",
        ("TypeError", "RuntimeError", "AttributeError", "ValueError"),
        r"__init__\(\) (takes|missing|got)|positional argument|object has no attribute",
        _class,
        _MORE,
        only_torch=False,
    ),
    Rule(
        "setting input",
        ("TypeError", "RuntimeError", "ValueError"),
        r"Boolean value of Tensor|must be tuple of (ints|SymInts)|argument 'size'|failed to unpack|must be an? int|"
        r"not supported between|only one element tensors|cannot be converted to Scalar",
        _input_as_setting,
        _MORE,
    ),
    Rule(
        "missing input",
        ("TypeError",),
        r"\.forward\(\) missing \d+ required positional arguments?",
        _missing,
        "modules/forward-arguments",
    ),
)
