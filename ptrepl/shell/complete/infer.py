"""An expression → what is known of it, by walking its tree. Nothing is evaluated."""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Mapping
from typing import Any

from ptrepl.engine.run.namespace import ON_DEMAND
from ptrepl.engine.watch.kinds import is_a, is_one, is_tensor_class, mro
from ptrepl.engine.watch.static_read import has_plain_brackets, held_item
from ptrepl.shell.complete.known import Computed, InstanceOf, Known, KnownObject, Writing, read_attribute, type_of
from ptrepl.shell.complete.local_names import Locals
from ptrepl.shell.complete.returns import annotated_type, computed_type, named_type, returned

_DEEPEST = 40
_DISPLAYS: dict[type[ast.expr], type] = {
    ast.List: list,
    ast.ListComp: list,
    ast.Tuple: tuple,
    ast.Dict: dict,
    ast.DictComp: dict,
    ast.Set: set,
    ast.SetComp: set,
    ast.JoinedStr: str,
}
_PLAIN = (int, float, complex, str, list, tuple)


class KnownNames:
    """The names that an expression may use: those of the input, of the namespace, and the builtins."""

    def __init__(self, namespace: Mapping[str, Any], local: Locals) -> None:
        self.namespace = namespace
        self.local = local
        self._depth = 0

    def known(self, source: str) -> Known | None:
        """What ``source`` is; None for what cannot be told without running it."""
        if self._depth > _DEEPEST:
            return None
        self._depth += 1
        try:
            return self._of(ast.parse(f"({source}\n)", mode="eval").body)
        except (SyntaxError, ValueError, MemoryError, RecursionError, Warning):
            return None
        finally:
            self._depth -= 1

    def _of(self, node: ast.expr) -> Known | None:
        match node:
            case ast.Name(id=name):
                return self._name(name)
            case ast.Attribute(value=owner, attr=name):
                return self._attribute(owner, name)
            case ast.Subscript(value=owner, slice=index):
                return self._item(owner, index)
            case ast.Call(func=function):
                return self._call(function, [each.arg for each in node.keywords if each.arg])
            case ast.Constant(value=value):
                return KnownObject(value)
            case ast.BinOp() | ast.UnaryOp() | ast.Compare():
                return self._operation(node)
            case ast.IfExp(body=first, orelse=second) | ast.BoolOp(values=[first, second, *_]):
                return self._of(first) or self._of(second)
            case ast.NamedExpr(value=inner):
                return self._of(inner)
            case _:
                cls = _DISPLAYS.get(type(node))
                return None if cls is None else InstanceOf(cls)

    def _name(self, name: str) -> Known | None:
        local = self.local
        if local.draft is not None and name == local.itself:
            bases = [self.known(source) for source in local.draft.bases]
            classes = [each.value for each in bases if isinstance(each, KnownObject) and is_a(each.value, type)]
            return Writing(tuple(classes), tuple(local.draft.members))
        if name in local.assigned:
            return self._assigned(name)
        for names in (self.namespace, builtins.__dict__):
            if name in names:
                return KnownObject(names[name])
        module = sys.modules.get(ON_DEMAND.get(name, ""))
        return None if module is None else KnownObject(module)

    def _assigned(self, target: str) -> Known | None:
        if target in self.local.annotated:
            cls = self._type(self.local.annotated[target])
            return None if cls is None else InstanceOf(cls)
        source = self.local.assigned[target]
        if source is None:
            return None
        # in x = x.relu() the x on the right is the earlier one: look it up in the namespace
        del self.local.assigned[target]
        try:
            return self.known(source)
        finally:
            self.local.assigned[target] = source

    def _type(self, source: str) -> type | None:
        known = self.known(source)
        if isinstance(known, KnownObject):
            return annotated_type(known.value, self.namespace)
        return named_type(source, self.namespace)

    def _attribute(self, owner: ast.expr, name: str) -> Known | None:
        path = ast.unparse(ast.Attribute(owner, name)) if isinstance(owner, ast.Name) else ""
        if path in self.local.assigned:
            return self._assigned(path)
        known = self._of(owner)
        if known is None:
            return None
        found = read_attribute(known, name)
        if not isinstance(found, Computed):
            return found if found is not None else self._declared(known, name)
        cls = computed_type(found, type_of(known))
        return None if cls is None else InstanceOf(cls)

    def _declared(self, known: Known, name: str) -> Known | None:
        """An attribute that the class only annotates: ``weight: Tensor``."""
        for base in mro(type_of(known) or object) if not isinstance(known, Writing) else ():
            if (cls := computed_type(Computed(None, base, name), base)) is not None:
                return InstanceOf(cls)
        return None

    def _item(self, owner: ast.expr, index: ast.expr) -> Known | None:
        known = self._of(owner)
        cls = None if known is None else type_of(known)
        if cls is None:
            return None
        if is_tensor_class(cls):
            return InstanceOf(sys.modules["torch"].Tensor)
        try:
            key = ast.literal_eval(index)
        except (ValueError, TypeError, SyntaxError):
            key = None
        if cls is str:
            return InstanceOf(str)
        return _held(known.value, key) if is_one(type(key), (int, str)) and isinstance(known, KnownObject) else None

    def _call(self, function: ast.expr, keywords: list[str]) -> Known | None:
        if isinstance(function, ast.Name) and function.id == "super" and self.local.draft is not None:
            draft = self._name(self.local.itself) if self.local.itself else None
            return Writing(draft.bases, ()) if isinstance(draft, Writing) else None
        known = self._of(function)
        cls = None if known is None else returned(known, keywords)
        return None if cls is None else InstanceOf(cls)

    def _operation(self, node: ast.BinOp | ast.UnaryOp | ast.Compare) -> Known | None:
        parts: list[ast.expr]
        if isinstance(node, ast.UnaryOp):
            parts = [node.operand]
        else:
            parts = [node.left, node.right] if isinstance(node, ast.BinOp) else [node.left, *node.comparators]
        types_of_parts = [type_of(known) for part in parts if (known := self._of(part)) is not None]
        if any(cls is not None and is_tensor_class(cls) for cls in types_of_parts):
            return InstanceOf(sys.modules["torch"].Tensor)
        if isinstance(node, ast.Compare) or (isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)):
            return InstanceOf(bool)
        plain = {cls for cls in types_of_parts if cls is not None and is_one(cls, _PLAIN)}
        same = len(plain) == 1 and len(types_of_parts) == len(parts)
        return InstanceOf(plain.pop()) if same and not isinstance(node.op, ast.Div) else None


def _held(value: Any, key: Any) -> KnownObject | None:
    try:
        return KnownObject(held_item(value, key)) if has_plain_brackets(value) else None
    except (LookupError, TypeError):
        return None
