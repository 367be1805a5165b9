"""Which solutions of a step go another way than the learner's lines, and how one of them is shown. Pure."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from ptrepl.texts.messages import gettext
from ptrepl.tutor.answer_length import answer_in, length_of
from ptrepl.tutor.format.lesson import CodeFence, Role, Step
from ptrepl.tutor.names import asked_names, parse_python, tree_of
from ptrepl.tutor.play import say
from ptrepl.tutor.play.state import Effect, Ran

_LONGEST_WAY = 10
"""Lines; what is longer is shown by ``%solution``, so that what the learner's own lines have shown stays in sight."""


def other_ways(solutions: Sequence[CodeFence], event: Ran) -> list[CodeFence]:
    """Those that the learner neither wrote nor came near to with other numbers."""
    return [code for code in solutions if not _wrote(event.typed, code.source) and _is_another(code.source, event)]


def another_way(others: Sequence[CodeFence]) -> list[Effect]:
    """One way that is not the learner's, if it is short, and where to see the others."""
    code = others[0]
    if code.source.count("\n") < _LONGEST_WAY:
        more = (say.Instruction(gettext("%solution shows all ways.")),) if len(others) > 1 else ()
        return [say.Feedback(gettext("Here is another way."), "note"), say.CodeBlock(code.source, code.name), *more]
    if code.name:
        return [say.Instruction(gettext("Another way: {name}. %solution shows it.", name=code.name))]
    return [say.Instruction(gettext("There are other ways: %solution shows them."))]


def beside_shortest(step: Step, event: Ran) -> list[Effect]:
    """The learner's answer and its length, and the shortest one so far: of the lesson's, and of the learner's own."""
    asked = frozenset[str]().union(*(asked_names(code.source) for code in step.codes(Role.CHECK)))
    own = answer_in(event.typed, asked)
    if not own:
        return []
    known = [(answer_in(each, asked), gettext("yours, before")) for each in event.earlier]
    known += [(code.source, code.name) for code in step.codes(Role.SOLUTION)]
    known = [(source, name) for source, name in known if source and not _same(source, own)]
    length = length_of(own)
    said: list[Effect] = [say.Feedback(gettext("Your answer has the length {length}:", length=length), "note")]
    said.append(say.CodeBlock(own))
    if not known:
        return [*said, say.Instruction(gettext("That is the shortest so far."))]
    best, name = min(known, key=lambda each: length_of(each[0]))
    shortest = length_of(best)
    if length < shortest:
        text = gettext("That is the shortest so far. The one after it has the length {length}:", length=shortest)
    elif length == shortest:
        text = gettext("That is as short as the shortest so far:")
    else:
        text = gettext("The shortest so far has the length {length}:", length=shortest)
    return [*said, say.Feedback(text, "note"), say.CodeBlock(best, name)]


def _same(one: str, other: str) -> bool:
    """Whether two answers differ in nothing but their layout."""
    return dumped_statements(one) == dumped_statements(other)


def _wrote(typed: str, solution: str) -> bool:
    """Whether the statements of the solution are among the learner's, in its order, whatever stands between them.

    Spaces, and whether ``device=`` is given, make no difference.
    """
    theirs = iter(dumped_statements(typed))
    return all(wanted in theirs for wanted in dumped_statements(solution))


def _is_another(solution: str, event: Ran) -> bool:
    """Whether the solution goes another way: in calls, operators, blocks or arguments by name.

    Other numbers, names and dtypes make no other way, nor do the learner's attempts before.
    """
    trees = [tree_of(each) for each in (solution, event.typed, event.source, event.answer)]
    wanted, *theirs = [None if tree is None else set(_ways(tree)) for tree in trees]
    return wanted not in theirs


def _ways(tree: ast.AST) -> Iterator[str]:
    unlike: list[ast.AST] = [
        node.value for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg == "dtype"
    ]
    unlike += [node for node in ast.walk(tree) if isinstance(node, ast.Expr) and _only_shows(node.value)]
    left_out = {id(inner) for value in unlike for inner in ast.walk(value)}
    for node in ast.walk(tree):
        if id(node) in left_out:
            continue
        match node:
            case ast.Attribute(attr=name):
                yield name
            case ast.Call(func=ast.Name(id=name)):
                yield name
            case ast.keyword(arg=str() as name) if name != "device":
                yield f"{name}="
            case ast.operator() | ast.unaryop() | ast.cmpop() | ast.boolop():
                yield type(node).__name__
            case ast.Tuple() | ast.List():
                if not _is_of_numbers(node):
                    yield "()"
            case ast.stmt() | ast.Slice() | ast.comprehension() | ast.Lambda():
                yield type(node).__name__
            case ast.Subscript():
                yield "[]"


def _only_shows(node: ast.expr) -> bool:
    """A name by itself, or a part of it, ``w.grad``: nothing is done with it."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name)


def _is_of_numbers(node: ast.expr) -> bool:
    """Numbers, in lists or not: ``torch.tensor([2.0])`` is no other way than ``torch.tensor(2.0)``."""
    match node:
        case ast.List(elts=inner) | ast.Tuple(elts=inner):
            return all(map(_is_of_numbers, inner))
        case ast.UnaryOp(operand=number):
            return isinstance(number, ast.Constant)
    return isinstance(node, ast.Constant)


def dumped_statements(source: str) -> list[str]:
    """The statements of ``source``, comparable: without their layout, and without ``device=``."""
    try:
        tree = parse_python(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return [source]
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            node.keywords = [keyword for keyword in node.keywords if keyword.arg != "device"]
    return [ast.dump(statement) for statement in tree.body]
