"""Numbers that an optimizer does not take, a closure that LBFGS lacks, attributes that an optimizer does not have."""

from __future__ import annotations

import ast

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.kinds import module_name, own_dict, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.spelling import near
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.operands.class_call import ClassCall, class_call
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import in_one_line, postfix, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext

_NUMBERS = {"learning rate": "lr", "momentum value": "momentum", "weight_decay value": "weight_decay"}
_NUMBERS |= {"epsilon value": "eps", "alpha value": "alpha", "rho value": "rho", "lr_decay value": "lr_decay"}
_LEAST_BETA = 0.4
"""Below it a number is no beta that anybody writes: the first is 0.9, and 0.5 in a GAN."""
_OF_GROUPS = frozenset("lr momentum betas weight_decay params eps nesterov dampening".split())


def _number(case: Case) -> Finding | None:
    """``lr=-0.01``."""
    call = class_call(case, "torch.optim.")
    parameter = _NUMBERS.get(case.match["what"])
    node = call.argument(parameter) if call is not None and parameter is not None else None
    if call is None or parameter is None or node is None:
        return None
    value = case.value(node)
    if type(value) not in (int, float):
        return None
    said = gettext(
        "{parameter} is {value}, and {optimizer} takes no negative number for it.",
        parameter=parameter,
        value=f"{value:g}",
        optimizer=call.said,
    )
    if parameter != "lr":
        return Finding(said)
    why = gettext(
        "The step already goes against the gradient, so that the loss becomes smaller: the learning rate is positive. "
        "maximize=True goes the other way."
    )
    match node:
        case ast.UnaryOp(op=ast.USub(), operand=positive):
            code = call.with_text(node, case.text(positive))
            return Finding(f"{said} {why}", verified(case, Candidate(code)))
    return Finding(f"{said} {why}")


def _several(case: Case) -> Finding | None:
    """``weight_decay=decays``, a list of those that are to be tried."""
    call = class_call(case, "torch.optim.")
    for parameter in _NUMBERS.values() if call is not None else ():
        node = call.argument(parameter) if call is not None else None
        value = (case.real(node) or case.value(node)) if node is not None else None
        if call is None or node is None or type(value) not in (list, tuple):
            continue
        kind = gettext("a list") if type(value) is list else gettext("a tuple")
        text = gettext(
            "{parameter} is {kind}, and {optimizer} takes one number for it. To try several, make the network and "
            "its optimizer anew for each of them, in a loop.",
            parameter=f"{parameter}={case.text(node)}",
            kind=kind,
            optimizer=call.said,
        )
        return Finding(text)
    return None


def _betas(case: Case) -> Finding | None:
    call = class_call(case, "torch.optim.")
    node = call.argument("betas") if call is not None else None
    if call is None or node is None:
        return None
    value = case.value(node)
    said = gettext(
        "betas are two numbers from 0 up to 1, and neither is 1: how much of the mean of the gradients, and of their "
        "squares, is kept from step to step. The usual ones are betas=(0.9, 0.999)."
    )
    if type(value) in (int, float) and (second := _second_beta(case, call, node)) is not None:
        pair = f"({case.text(node)}, {case.text(second)})"
        two = gettext("Here they are two arguments. As one: betas={pair}.", pair=pair)
        source = case.site.source
        given = [segment(source, each) for each in (*call.node.args[:-2], *call.node.keywords)]  # type: ignore[arg-type]
        given.insert(len(call.node.args) - 2, pair)
        code = f"{segment(source, call.node.func)}({', '.join(given)})"
        return Finding(f"{said} {two}", verified(case, Candidate(code)))
    by_position = any(each is node for each in call.node.args)
    if by_position and "weight_decay" in call.parameters and type(value) in (int, float) and 0 <= value < _LEAST_BETA:
        code = f"weight_decay={case.text(node)}"
        third = gettext(
            "By position, what comes after the learning rate is betas. If this is the weight decay, it needs its name: "
            "{code}.",
            code=code,
        )
        return Finding(f"{third} {said}", verified(case, Candidate(call.with_text(node, code))))
    if type(value) in (int, float):
        pair = f"({case.text(node)}, 0.999)"
        one = gettext("Here it is one number, {value}. With it as the first: betas={pair}.", value=value, pair=pair)
        return Finding(f"{said} {one}", verified(case, Candidate(call.with_text(node, pair))))
    if type(value) in (tuple, list):
        here = gettext("Here betas is {value}.", value=case.text(node))
        return Finding(f"{said} {here}")
    return None


def _second_beta(case: Case, call: ClassCall, node: ast.expr) -> ast.expr | None:
    """The 0.999 of ``Adam(net.parameters(), 1e-3, 0.9, 0.999)``, the argument behind the first beta."""
    args = call.node.args
    at = next((number for number, each in enumerate(args) if each is node), len(args))
    second = args[at + 1] if at + 2 == len(args) else None
    value = case.value(second) if second is not None else None
    return second if type(value) is float and 0.5 <= value < 1 else None


def _momentum(case: Case) -> Finding | None:
    """``Adam(…, momentum=0.9)``."""
    call = class_call(case, "torch.optim.")
    node = call.argument("momentum") if call is not None else None
    if call is None or node is None or "betas" not in call.parameters or call.argument("betas") is not None:
        return None
    value = case.value(node)
    if type(value) not in (int, float) or not 0 <= value < 1:
        return None
    said = gettext(
        "{optimizer} has no argument momentum. What it keeps of the earlier gradients is the first of its betas, 0.9 "
        "unless another is given: betas=({number}, 0.999). momentum belongs to torch.optim.SGD.",
        optimizer=call.said,
        number=case.text(node),
    )
    keyword = next(each for each in call.node.keywords if each.value is node)
    new = f"betas=({case.text(node)}, 0.999)"  # not a sentence: code
    return Finding(said, verified(case, Candidate(call.with_text(keyword, new))))  # type: ignore[arg-type]


def _nesterov(case: Case) -> Finding | None:
    call = class_call(case, "torch.optim.")
    if call is None or call.argument("dampening") is not None:
        return None
    momentum = call.argument("momentum")
    said = gettext(
        "nesterov=True is a kind of momentum, and momentum is 0 here. Give it one, such as momentum=0.9, or leave "
        "nesterov out."
    )
    code = call.with_more("momentum=0.9") if momentum is None else call.with_text(momentum, "0.9")
    return Finding(said, verified(case, Candidate(code)))


def _closure(case: Case) -> Finding | None:
    """``opt.step()`` of LBFGS."""
    match case.node:
        case ast.Call(func=ast.Attribute(value=owner, attr="step") as func, args=[], keywords=[]):
            pass
        case _:
            return None
    name, step = case.called(owner, gettext("the optimizer")), in_one_line(case.site.source, func)
    said = gettext(
        "{optimizer} is an LBFGS: in one step it computes the loss several times. So step takes a function that does "
        "it: def closure(): with {zero}, the loss, its backward() and return loss in it; then {step}.",
        optimizer=name,
        zero=f"{operand_text(case, owner)}.zero_grad()",
        step=f"{step}(closure)",
    )
    return Finding(said)


def _attribute(case: Case) -> Finding | None:
    """``opt.lr``, ``opt.zero_grads()``."""
    node, error = case.node, case.error
    if not isinstance(node, ast.Attribute) or not isinstance(error, AttributeError):
        return None
    held, word, source = error.obj, node.attr, case.site.source
    if held is None or not module_name(type(held)).startswith("torch.optim"):
        return None
    fields = {"optimizer": case.called(node.value, type_name(held)), "name": word}
    if word in _OF_GROUPS and type(own_dict(held).get("param_groups")) is list:
        path = postfix(source, node.value, f'.param_groups[0]["{word}"]')
        said = gettext(
            "{optimizer} has no attribute {name}: each of its groups of parameters has its own. That of the first "
            "group is {path}.",
            **fields,
            path=path,
        )
        return Finding(said, _in_line(case, node, path))
    known = [*own_dict(held), *dir(type(held))]
    close = near(word, [each for each in known if not each.startswith("_")], 0.7)
    if not close:
        return None
    path = postfix(source, node.value, f".{close[0]}")
    said = gettext("{optimizer} has no attribute {name}. It has {other}.", **fields, other=close[0])
    return Finding(said, _in_line(case, node, path))


def _in_line(case: Case, node: ast.expr, text: str) -> tuple[Fix, ...]:
    line = case.site.line
    if not isinstance(line, (ast.Expr, ast.Assign, ast.AugAssign, ast.Return)):
        return ()
    return verified(case, Candidate(spliced(case.site.source, line, {node: text}), replaces_line=True))


def _group_by_name(case: Case) -> Finding | None:
    """``opt.param_groups["lr"] = 0.01``."""
    match case.node:
        case ast.Subscript(value=ast.Attribute(attr="param_groups") as groups, slice=ast.Constant(value=str() as word)):
            pass
        case _:
            return None
    groups_text = case.text(groups)
    said = gettext(
        "{groups} is a list with a dict for each group of parameters. For every group: for group in {groups}: "
        "group[{name}] …; the first one is {groups}[0].",
        groups=groups_text,
        name=f'"{word}"',
    )
    held = case.real(groups)
    if type(held) is not list or len(held) != 1:
        return Finding(said)
    return Finding(said, _in_line(case, groups, f"{groups_text}[0]"))


_MORE = "modules/optimizer"

BEFORE = (
    "python.plain_slips",
    "python.positions",
    "python.other_libraries",
    "containers.moved",
    "arrays.other_forms",
    "saving.optimizer_state",
    "saving.path",
    "optimizers.scheduler",
    "saving.not_a_network",
    "autograd.no_gradient",
    "arrays.assigned",
    "sequences.packed",
    "arrays.growing",
    "arrays.call_forms",
    "data.worker",
    "modules.class_slips",
    "modules.subclass",
    "sequences.two_states",
    "python.attribute",
    "python.keyword",
    "python.scalar",
    "containers.parts",
    "containers.wanted_tensor",
)

RULES = (
    Rule("optimizer number", ("ValueError",), r"^Invalid (?P<what>[\w ]+): ", _number, more=_MORE),
    Rule(
        "several numbers",
        ("TypeError",),
        r"^'<=?' not supported between instances of '(?:list|tuple|float|int)' and '(?:list|tuple|float|int)'",
        _several,
        more=_MORE,
    ),
    Rule(
        "betas",
        ("ValueError", "TypeError"),
        r"^Invalid beta parameter|^'(?:float|int)' object is not subscriptable|^betas must be",
        _betas,
        more=_MORE,
    ),
    Rule("momentum", ("TypeError",), r"unexpected keyword argument 'momentum'", _momentum, more=_MORE),
    Rule("nesterov", ("ValueError",), r"^Nesterov momentum requires", _nesterov, more=_MORE),
    Rule(
        "closure", ("TypeError",), r"step\(\) missing 1 required positional argument: 'closure'", _closure, more=_MORE
    ),
    Rule("optimizer attribute", ("AttributeError",), r"object has no attribute", _attribute, more=_MORE),
    Rule("parameter group", ("TypeError",), r"^list indices must be integers or slices", _group_by_name, more=_MORE),
)
