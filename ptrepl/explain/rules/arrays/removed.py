"""Functions that torch had until 1.9, and matrices that a function of torch.linalg cannot take apart."""

from __future__ import annotations

import ast
import re

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.facts import shape_text
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.invocation import invocation
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import segment
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext

_NOW = {
    "eig": "torch.linalg.eig({first})",
    "symeig": "torch.linalg.eigh({first})",
    "solve": "torch.linalg.solve({second}, {first})",
    "lstsq": "torch.linalg.lstsq({second}, {first})",
    "matrix_rank": "torch.linalg.matrix_rank({first})",
}
"""What is written now; solve and lstsq took the right side of the equation first."""


def _removed(case: Case) -> Finding | None:
    node, source = case.node, case.site.source
    name = node.func.attr if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else ""
    form = _NOW.get(name)
    if form is None or not isinstance(node, ast.Call) or case.text(node.func) != f"torch.{name}":
        return None
    if len(node.args) < form.count("{"):
        return None
    texts = [segment(source, each) for each in node.args]
    code = form.replace("{first}", texts[0]).replace("{second}", texts[-1])
    text = gettext(
        "{function} is gone since PyTorch 1.9. Now it is written {code}.", function=case.text(node.func), code=code
    )
    if name == "solve":
        more = gettext("It returns the solution alone, and no second result.")
        return Finding(f"{text} {more}", _alone(case, code))
    if name == "eig":
        more = gettext(
            "Its results are complex numbers: values.real and values.imag are what torch.eig had in two columns. Of a "
            "symmetric matrix, as a covariance is, torch.linalg.eigh gives real ones."
        )
        return Finding(f"{text} {more}")
    if name == "lstsq":
        more = gettext("The solution is in its attribute solution.")
        return Finding(f"{text} {more}")
    return Finding(text, tried(case, [Candidate(code)]))


def _alone(case: Case, code: str) -> tuple[Fix, ...]:
    """``x, _ = torch.solve(b, A)`` → ``x = torch.linalg.solve(A, b)``."""
    match case.site.line:
        case ast.Assign(targets=[ast.Tuple(elts=[ast.Name(id=first), ast.Name()])]):
            return tried(case, [Candidate(f"{first} = {code}", replaces_line=True)])
        case ast.Assign(targets=[ast.Name(id=first)]):
            return tried(case, [Candidate(f"{first} = {code}", replaces_line=True)])
    return ()


def _singular(case: Case) -> Finding | None:
    call = invocation(case)
    if call is None or not call.args:
        return None
    matrix, shape = call.args[0], case.shape(call.args[0])
    fields = {"name": operand_text(case, matrix), "function": call.said}
    if "positive-definite" in case.message or "positive definite" in case.message:
        text = gettext(
            "{name} is not positive definite: {function} takes a symmetric matrix whose eigenvalues are all above 0, "
            "as A @ A.T + 1e-4 * torch.eye(n) is.",
            **fields,
        )
        return Finding(text)
    if not re.search("singular", case.message) or shape is None:
        return None
    text = gettext(
        "{name} is {shape} and singular: a row is a sum of multiples of others, so it has no inverse, and {function} "
        "has no answer. torch.linalg.pinv gives the inverse that fits best; a small number added on the diagonal, "
        "{name} + 1e-4 * torch.eye({size}), makes it regular.",
        shape=shape_text(shape),
        size=shape[-1] if shape else 1,
        **fields,
    )
    inverse = call.name in ("inverse", "inv", "linalg_inv")
    pseudo = Candidate(f"torch.linalg.pinv({segment(case.site.source, matrix)})")
    return Finding(text, tried(case, [pseudo]) if inverse else ())


RULES = (
    Rule(
        "removed function",
        ("RuntimeError",),
        r"^This function was deprecated since version .* and is now removed",
        _removed,
        "arrays/call-forms",
    ),
    Rule("singular matrix", ("RuntimeError",), r"singular|positive[- ]definite", _singular, "shapes/square-matrix"),
)
