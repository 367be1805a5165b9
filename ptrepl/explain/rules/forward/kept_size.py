"""``x + self.conv(x)`` where a convolution does not keep the size: which one, and the padding with which it does."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard

from ptrepl.engine.watch.kinds import Kind, kind_of, own_dict
from ptrepl.explain.called_name import called_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.class_text import ClassText, class_text
from ptrepl.explain.fixes.remake_network import layer_call
from ptrepl.explain.operands.layers import Layer
from ptrepl.explain.rewrite import end_position, in_a_sentence, in_one_line, operand, segment, spliced
from ptrepl.explain.rule import Finding
from ptrepl.texts.lists import every
from ptrepl.texts.messages import N_, gettext

_KINDS = {"Conv1d": 1, "Conv2d": 2, "Conv3d": 3}
_OTHER_SIZE = ("Pool", "Unfold", "Fold", "Upsample", "ConvTranspose", "Pad", "PixelShuffle", "Flatten", "Linear")
"""Words in the names of layers that may change the size as well, or read other dims."""
_SIDES = {1: N_("length"), 2: N_("height and width"), 3: N_("depth, height and width")}
_OF_SELF = re.compile(r"self(?:\.\w+|\[\d+\])+")
_CAUSAL = re.compile(r"causal|chomp|temporal|tcn|wavenet", re.IGNORECASE)
_Side = tuple[ast.expr, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class _Convolution:
    """A convolution of stride 1 that forward calls: ``grows`` is by how much each side becomes longer, less than 0
    where it becomes shorter."""

    layer: Layer
    call: ast.Call
    """The learner's call of it, or of the Sequential that holds it."""
    kernel: int
    padding: int
    dilation: int

    @property
    def grows(self) -> int:
        return 2 * self.padding - self.dilation * (self.kernel - 1)

    @property
    def spatial(self) -> int:
        return _KINDS[self.layer.kind]


def size_not_kept(case: Case, left: _Side, right: _Side) -> Finding | None:
    """What to say where the sides of a sum differ in the size of the image by what convolutions add or take off.

    None where something else between the two may have changed it.
    """
    held = case.site.frame.f_locals.get("self")
    if kind_of(held) is not Kind.MODULE:
        return None
    (one, two), apart = (left[1], right[1]), set[int]()
    if len(one) != len(two) or len(one) < 3 or one[0] != two[0]:
        return None
    if len(one) == 3 and one[2] == two[2]:  # the length in dim 1, where forward transposes back
        one, two = (one[0], one[2], one[1]), (two[0], two[2], two[1])
    if one[1] != two[1]:
        return None
    apart = {second - first for first, second in zip(one[2:], two[2:], strict=True)}
    by = apart.pop() if len(apart) == 1 else 0
    if not by:
        return None
    for skip, main, grown in ((left, right, by), (right, left, -by)):
        if not isinstance(skip[0], ast.Name):
            continue
        found = _between(case, held, skip[0].id, main[0])
        changing = [each for each in found or () if each.grows]
        if changing and sum(each.grows for each in changing) == grown:
            return _told(case, held, changing)
    return _of_a_round(case, held, abs(by))


def _of_a_round(case: Case, held: Any, by: int) -> Finding | None:
    """The same where a loop goes through an ``nn.ModuleList`` of convolutions, and sums up what each round gave."""
    loop = next((each for each in case.parents if isinstance(each, ast.For)), None)
    text = class_text(case, type(held))
    init = text.method("__init__") if text is not None else None
    if loop is None or text is None or init is None or text.source != case.site.source:
        return None
    for each in ast.walk(loop):
        match each:
            case ast.Call(func=ast.Subscript(value=ast.Attribute(value=ast.Name(id="self"), attr=name)) as path):
                module: Any = case.real(path)
            case _:
                continue
        inside = _convolutions(module, in_one_line(text.source, path), each) if kind_of(module) is Kind.MODULE else None
        if not inside or len(inside) != 1 or inside[0].grows != -by:
            continue
        calls = [part for part in ast.walk(init) if _makes_in(part, name)]
        made = [part for line in calls for part in ast.walk(line) if _is_convolution(part, inside[0].layer.kind)]
        named = {part.arg for part in made[0].keywords} if len(made) == 1 else {None}
        if named & {"padding", None} or len(made[0].args) > 4:
            return None
        code = f'{segment(text.source, made[0])[:-1].rstrip().rstrip(",")}, padding="same")'
        said = gettext(
            "{layer} has no padding and takes {count} places off what it is given, so what a later round gives is "
            "shorter. In {cls}.__init__, write {code}: all rounds keep the size.",
            layer=inside[0].layer.path,
            count=by,
            cls=text.node.name,
            code=in_a_sentence(code),
        )
        causal = _CAUSAL.search(text.node.name) or _CAUSAL.search(ast.unparse(init))
        return None if causal else Finding(said, text.anew({made[0]: code}))
    return None


def _makes_in(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == f"self.{name}"


def _is_convolution(node: ast.AST, kind: str) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and called_name(node) == kind


def padding_that_keeps(case: Case, held: Any, calls: Sequence[ast.Call], grown: int) -> Finding | None:
    """The same for the layers that ``calls`` call, which made their inputs larger by ``grown``; None of others."""
    found: list[_Convolution] = []
    for call in calls:
        module: Any = case.real(call.func)
        inside = _convolutions(module, ast.unparse(call.func), call) if kind_of(module) is Kind.MODULE else None
        if not inside or sum(each.grows for each in inside) != grown:
            return None
        found += [each for each in inside if each.grows]
    return _told(case, held, found) if found else None


def _between(case: Case, held: Any, skip: str, main: ast.expr) -> list[_Convolution] | None:
    """The convolutions that forward calls after the skip got its value; None where another layer may change a size."""
    function = next((each for each in case.parents if isinstance(each, ast.FunctionDef)), None)
    if function is None or not function.args.args or function.args.args[0].arg != "self":
        return None
    stores = [
        each
        for each in ast.walk(function)
        if isinstance(each, ast.Name) and each.id == skip and isinstance(each.ctx, ast.Store)
    ]
    line = case.site.line.lineno
    first = max((each.lineno for each in stores if each.lineno < line), default=0)
    calls = [
        each
        for each in ast.walk(function)
        if isinstance(each, ast.Call)
        and (first < each.lineno < line or any(each is part for part in ast.walk(main)))
        and isinstance(each.func, ast.Attribute)
        and _OF_SELF.fullmatch(ast.unparse(each.func))
    ]
    found: list[_Convolution] = []
    for call in sorted(calls, key=end_position):  # in b(a(x)) a runs first
        module: Any = case.real(call.func)
        if kind_of(module) is not Kind.MODULE:
            return None
        inside = _convolutions(module, ast.unparse(call.func), call)
        if inside is None:
            return None
        found += inside
    return found


def _convolutions(module: Any, path: str, call: ast.Call, steps: tuple[str, ...] = ()) -> list[_Convolution] | None:
    kind, own = type(module).__name__, own_dict(module)
    if kind in _KINDS:
        numbers = [_number(own.get(each)) for each in ("kernel_size", "padding", "dilation", "stride")]
        if None in numbers or numbers[3] != 1:
            return [] if own.get("padding") == "same" else None
        kernel, padding, dilation, _ = map(int, numbers)  # type: ignore[arg-type]
        layer = Layer(path, module, kind, None, (), None, steps, None)
        return [_Convolution(layer, call, kernel, padding, dilation)]
    inner = own.get("_modules")
    if kind == "Sequential" and type(inner) is dict:
        if any(type(each).__name__.startswith("Adaptive") for each in inner.values()):
            return []  # as in a gate: what comes out is one number for each channel
        found: list[_Convolution] = []
        for name, each in inner.items():
            inside = _convolutions(
                each, f"{path}[{name}]" if name.isdigit() else f"{path}.{name}", call, (*steps, name)
            )
            if inside is None:
                return None
            found += inside
        return found
    if inner or any(word in kind for word in _OTHER_SIZE) or not type(module).__module__.startswith("torch.nn."):
        return None
    return []


def _number(value: Any) -> int | None:
    """The one number of ``(3, 3)``."""
    values = {*value} if type(value) is tuple and all(type(each) is int for each in value) else set[int]()
    return int(values.pop()) if len(values) == 1 else None


def _told(case: Case, held: Any, changing: Sequence[_Convolution]) -> Finding:
    first = changing[0]
    fields = {
        "layers": every([each.layer.path for each in changing]),
        "settings": every([*dict.fromkeys(_settings(each) for each in changing)]),
        "sides": gettext(_SIDES[first.spatial]),
        "count": abs(sum(each.grows for each in changing)),
    }
    if sum(each.grows for each in changing) < 0:
        said = gettext("{layers} ({settings}) takes {count} off the {sides}.", **fields)
        if len(changing) > 1:
            said = gettext("{layers} ({settings}) together take {count} off the {sides}.", **fields)
    else:
        said = gettext("{layers} ({settings}) adds {count} to the {sides}.", **fields)
        if len(changing) > 1:
            said = gettext("{layers} ({settings}) together add {count} to the {sides}.", **fields)
    text = class_text(case, type(held))
    init = text.method("__init__") if text is not None else None
    texts = _padded(case, text, init, changing) if text is not None and init is not None else None
    if text is None or texts is None:
        keeps = gettext("The size must stay as it is here: {code} keeps it.", code=f"padding={_half(first)}")
        return Finding(f"{said} {keeps}")
    codes = every([*dict.fromkeys(in_one_line(code, ast.parse(code).body[0]) for code in texts.values())])
    keeps = gettext(
        "The size must stay as it is here: in {cls}.__init__, write {codes}.", cls=text.node.name, codes=codes
    )
    fixes = text.anew(texts)
    if len(changing) == 1 and first.spatial == 1 and first.padding == first.dilation * (first.kernel - 1):
        cut = f"{in_one_line(case.site.source, first.call)}[..., :-{first.padding}]"
        causal = gettext(
            "If no place may see the ones after it, as in a causal convolution, cut the end off instead: {code}.",
            code=cut,
        )
        same = [each for each in ast.walk(text.node) if _is_at(each, first.call)]
        cutting = text.anew({same[0]: cut}) if len(same) == 1 and isinstance(same[0], ast.expr) else ()
        is_causal = _CAUSAL.search(text.source) is not None
        return Finding(f"{said} {keeps} {causal}", (*cutting, *fixes) if is_causal else (*fixes, *cutting))
    return Finding(f"{said} {keeps}", fixes)


def _is_at(node: ast.AST, call: ast.Call) -> bool:
    return isinstance(node, ast.Call) and (node.lineno, node.col_offset, end_position(node)) == (
        call.lineno,
        call.col_offset,
        end_position(call),
    )


def _settings(each: _Convolution) -> str:
    """``kernel_size=3, padding=0``: code, so that a sentence in any language can hold it."""
    dilated = f", dilation={each.dilation}" if each.dilation > 1 else ""
    return f"kernel_size={each.kernel}, padding={each.padding}{dilated}"  # not a sentence: code


def _half(each: _Convolution) -> int:
    """The padding that keeps the size; of an even kernel that of the next larger one."""
    return each.dilation * (each.kernel // 2)


def _padded(
    case: Case, text: ClassText, init: ast.FunctionDef, changing: Sequence[_Convolution]
) -> dict[ast.expr | ast.stmt, str] | None:
    """The calls that make the layers, with the padding that keeps the size; None where the text is another."""
    texts: dict[ast.expr | ast.stmt, str] = {}
    for each in changing:
        name = ast.unparse(each.call.func)
        made = [
            node.value
            for node in ast.walk(init)
            if isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == [name]
        ]
        call = layer_call(case, made[0], each.layer) if len(made) == 1 else None
        if call is None or any(isinstance(arg, ast.Starred) for arg in call.args):
            return None
        changed = dict(_of_call(text.source, call, each))
        if not changed:
            return None
        last = max((*call.args, *(key.value for key in call.keywords)), key=end_position)
        if (added := changed.pop(call, "")) != "":
            changed[last] = f"{changed.get(last, segment(text.source, last))}, {added}"
        texts[call] = spliced(text.source, call, changed)
    return texts


def _of_call(source: str, call: ast.Call, each: _Convolution) -> Iterator[tuple[ast.expr | ast.stmt, str]]:
    """The arguments of the call with other texts; what is to be added to it stands under the call itself."""
    keywords = {key.arg: key.value for key in call.keywords}
    kernel = keywords.get("kernel_size", call.args[2] if len(call.args) > 2 else None)
    padding = keywords.get("padding", call.args[4] if len(call.args) > 4 else None)
    if kernel is None:
        return
    half = str(_half(each))
    if each.kernel % 2 == 0:
        if not isinstance(kernel, ast.Constant):
            return
        yield kernel, str(each.kernel + 1)
    elif not isinstance(kernel, ast.Constant):
        half = f"{operand(source, kernel)} // 2" if each.dilation == 1 and not isinstance(kernel, ast.Tuple) else half
    if padding is not None and not isinstance(padding, ast.Constant) and each.padding == 2 * _half(each):
        half = f"{operand(source, padding)} // 2"
    if padding is not None:
        yield padding, half
    else:
        yield call, f"padding={half}"
