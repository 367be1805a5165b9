"""A result that backward needs, changed in place by one of the learner's own functions."""

import textwrap

import pytest

from tests.explain.failing import check

BODY = """
class Tower(nn.Module):
    def __init__(self):
        super().__init__()
        self.squash = nn.Sequential(nn.Linear(4, 4), nn.Sigmoid())
        self.top = nn.Linear(4, 1)

    def forward(self, rows):
{body}

tower = Tower()
score = tower(torch.randn(3, 4)).sum()
score.backward()
"""


def program(body: str) -> str:
    return BODY.format(body=textwrap.indent(textwrap.dedent(body).strip("\n"), " " * 8))


@pytest.mark.parametrize(
    ("body", "said", "mended"),
    [
        (
            "h = torch.sigmoid(rows * self.top.weight)\nh[:, 0] = 0\nh[:, 2] = 0\nreturn self.top(h)",
            "`h[:, 0] = 0` in Tower.forward changes such a result in place. Write into a copy: `h = h.clone()`",
            ("h[:, 0] = 0", "h = h.clone()\nh[:, 0] = 0"),
        ),
        (
            "parts = [self.squash(rows), self.squash(rows + 1)]\nparts[0] += parts[1]\nreturn self.top(parts[0])",
            "`parts[0] = parts[0] + parts[1]` makes a new tensor instead.",
            None,
        ),
        (
            "h = self.squash(rows)\nh.mul_(2)\nreturn self.top(h)",
            "`h.mul_(2)` in Tower.forward changes such a result in place. `h = h.mul(2)` makes a new tensor instead.",
            ("h.mul_(2)", "h = h.mul(2)"),
        ),
        (
            "h = self.squash(rows)\nkept = torch.zeros(3)\nkept[0] = 1\nh[kept > 0] *= 2\nreturn self.top(h)",
            "Write into a copy: `h = h.clone()`",
            ("h[kept > 0] *= 2", "h = h.clone()\nh[kept > 0] *= 2"),
        ),
    ],
)
def test_the_line_in_forward(body, said, mended):
    fixes = [] if mended is None else [program(body.replace(*mended)).partition("\nscore =")[0].strip()]
    check(program(body), said, fixes)


@pytest.mark.parametrize(
    "body",
    [
        "h = self.squash(rows)\nh += 1\ng = self.squash(rows)\ng += 1\nreturn self.top(h + g)",  # which of them?
        "h = F.relu(self.squash(rows), inplace=True)\ng = rows + 1\ng += 1\nreturn self.top(h.mul_(2) + g)",
    ],
)
def test_no_line_where_several_may_be_it(body):
    check(program(body), "Look for +=", [])
