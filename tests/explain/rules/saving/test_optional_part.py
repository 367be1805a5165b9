"""Parts of a saved network that an option of ``__init__`` makes."""

from __future__ import annotations

import pytest

from tests.explain.failing import check

FIELD = """
class Field(nn.Module):
    def __init__(self, normals=False{more}):
        super().__init__()
        self.density = nn.Linear(3, 1)
        if normals:
            self.normals = nn.Linear(3, 3)
state = Field(True).state_dict()
field = Field()
field.load_state_dict(state)
"""


@pytest.mark.parametrize(("more", "call"), [("", "Field(normals=True)"), (", width=4", "Field(…, normals=True)")])
def test_the_option_is_named(more: str, call: str) -> None:
    said = f"Field makes normals where normals is true: made as {call} it has what was saved."
    check(FIELD.replace("{more}", more), said, [])


def test_what_is_always_made_has_no_option() -> None:
    code = (
        FIELD.replace("{more}", "").replace("if normals:", "if True:").replace("Field()", "Field()\ndel field.normals")
    )
    check(code, "If field is meant to be without the rest, strict=False loads only what it has.", [])
