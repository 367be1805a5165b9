"""The LaTeX of torch's documentation → one line of plain characters that a terminal can show."""

from __future__ import annotations

import re

# fmt: off
_SYMBOLS = {
    "times": "×", "cdot": "·", "odot": "⊙", "otimes": "⊗", "ast": "*", "star": "*", "div": "÷", "pm": "±",
    "leq": "≤", "le": "≤", "geq": "≥", "ge": "≥", "neq": "≠", "ne": "≠", "approx": "≈", "sim": "~", "equiv": "≡",
    "in": "∈", "forall": "∀", "infty": "∞", "nabla": "∇", "partial": "∂", "sum": "∑", "prod": "∏", "int": "∫",
    "leftarrow": "←", "rightarrow": "→", "to": "→", "mapsto": "→", "top": "T", "ell": "l", "lvert": "|", "rvert": "|",
    "dots": "…", "ldots": "…", "cdots": "…", "vdots": "⋮", "ddots": "⋱", "lfloor": "⌊", "rfloor": "⌋",
    "lceil": "⌈", "rceil": "⌉", "langle": "⟨", "rangle": "⟩", "lVert": "‖", "rVert": "‖", "Vert": "‖", "mid": "|",
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "varepsilon": "ε", "eta": "η",
    "theta": "θ", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ",
    "sigma": "σ", "tau": "τ", "phi": "φ", "varphi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω",
    "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
    "quad": "  ", "qquad": "    ", "left": "", "right": "", "big": "", "Big": "", "bigl": "", "bigr": "", "bf": "",
    "displaystyle": "", "limits": "", "newline": "\n",
}
# fmt: on
_WRAPPERS = (
    "text|textbf|textit|texttt|mathbb|mathcal|mathrm|mathbf|mathit|mathsf|mathrlap|mathbin|operatorname|boldsymbol|bm"
)
_SPACES = re.compile(r"\\[ ,;:!]|~|\\hspace\{[^{}]*\}|\\rule\{[^{}]*\}\{[^{}]*\}|\\(begin|end)\{[^{}]*\}(\{[^{}]*\})?")
_INNERMOST = (
    (re.compile(rf"\\(?:{_WRAPPERS})\s*\{{([^{{}}]*)\}}"), r"\1"),
    (re.compile(r"\\d?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}"), lambda m: f"{_grouped(m[1])}/{_grouped(m[2])}"),
    (re.compile(r"\\sqrt\s*\{([^{}]*)\}"), lambda m: f"√{_grouped(m[1])}"),
    (re.compile(r"\\(?:wide)?(hat|bar|tilde)\s*\{([^{}]*)\}"), lambda m: _accented(m[1], m[2])),
    (re.compile(r"([_^])\{([^{}]*)\}"), lambda m: m[1] + _grouped(m[2])),
)
_OTHER = ((re.compile(r"(\\[A-Za-z]+)\{([^{}]*)\}"), r"\1 \2"), (re.compile(r"\{([^{}]*)\}"), r"\1"))
_DEEPEST = 20
"""Rounds from the innermost braces outwards; nothing in torch nests deeper."""
_ACCENTS = {"hat": "\u0302", "bar": "\u0304", "tilde": "\u0303"}


def _accented(accent: str, text: str) -> str:
    # over several letters, terminals show the accent on the last one only
    text = text.strip()
    return text + _ACCENTS[accent] if len(text) == 1 else f"{accent}({text})"


def _grouped(text: str) -> str:
    text = text.strip()
    return text if re.fullmatch(r"[\w.\\]+|\(.*\)", text) else f"({text})"


def plain_maths(latex: str) -> str:
    """``\\frac{1}{n} \\sum_i x_i`` → ``1/n ∑_i x_i``. What it does not know stays without its backslash."""
    text = latex.replace("\\{", "\x01").replace("\\}", "\x02").replace("\\_", "_")
    text = re.sub(r"\\\\(\[[^\]]*\])?", "\n", text)
    text = _SPACES.sub(" ", text).replace("&", " ")
    for _ in range(_DEEPEST):
        before = text
        for pattern, replacement in _INNERMOST:
            text = pattern.sub(replacement, text)
        if text == before:
            for pattern, plain in _OTHER:
                text = pattern.sub(plain, text)
        if text == before:
            break
    text = re.sub(r"\\([A-Za-z]+)", lambda match: _SYMBOLS.get(match[1], match[1]), text)
    text = text.replace("\\", "").replace("\x01", "{").replace("\x02", "}")
    lines = (re.sub(r"(?<=\S) {2,}", " ", line).rstrip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line.strip())
