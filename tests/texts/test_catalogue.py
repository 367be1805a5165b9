"""Every sentence of the package is in the catalogue that translators get."""

from __future__ import annotations

import ast
import string

from babel.messages.extract import extract_from_dir

from tests.house.tree import MODULES, PACKAGE, module_name
from tests.texts.sentences import MARKS, bypassing


def extracted() -> list[tuple[str, int, str]]:
    """(file, line, sentence), each plural on its own."""
    found = []
    for file, line, message, _, _ in extract_from_dir(str(PACKAGE), strip_comment_tags=True):
        forms = (message,) if isinstance(message, str) else message
        found += [(file, line, form) for form in forms if form]
    return found


def marked(source: str) -> set[str]:
    """The literals that a call of ``gettext``, ``ngettext`` or ``N_`` begins with."""
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    found = ((call, call.func.id) for call in calls if isinstance(call.func, ast.Name) and call.func.id in MARKS)
    texts = (text for call, name in found for text in call.args[: 2 if name == "ngettext" else 1])
    return {text.value for text in texts if isinstance(text, ast.Constant) and isinstance(text.value, str)}


def test_babel_finds_every_sentence_that_is_marked() -> None:
    """It misses those in a call in the arguments of another marked call, and those in an f-string."""
    lost = set().union(*(marked(path.read_text(encoding="utf-8")) for path in MODULES))
    lost -= {sentence for _, _, sentence in extracted()}
    assert not lost


def test_no_sentence_bypasses_the_catalogue() -> None:
    found = [f"{module_name(path)}:{line}: {text[:60]}" for path in MODULES for line, text in bypassing(path)]
    assert not found


def test_the_catalogue_holds_whole_sentences_with_named_fields() -> None:
    sentences = extracted()
    assert len(sentences) > 900
    wrong = []
    for file, line, sentence in sentences:
        fields = [field for _, field, _, _ in string.Formatter().parse(sentence) if field is not None]
        if sentence != sentence.strip() or not all(field.isidentifier() for field in fields):
            wrong.append(f"{file}:{line}: {sentence[:60]}")
    assert not wrong
