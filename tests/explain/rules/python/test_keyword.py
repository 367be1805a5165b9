"""Keyword arguments that a function does not have: which one was meant, and when none is known."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, why

NET = """class Net(nn.Module):
    def __init__(self, in_dim, hidden=3):
        super().__init__()
        self.fc = nn.Linear(in_dim, hidden)

"""


@pytest.mark.parametrize(
    ("code", "said", "fixes"),
    [
        (
            NET + "Net(in_dim=3, hidden_dim=5)",
            "Net has no argument hidden_dim. It has hidden.",
            ["Net(in_dim=3, hidden=5)"],
        ),
        (NET + "Net(3, hidden_dim=5)", "Net has no argument hidden_dim. It has hidden.", ["Net(3, hidden=5)"]),
        ("nn.Conv2d(3, 8, kernel=3, pad=1)", "It has kernel_size.", ["nn.Conv2d(3, 8, kernel_size=3, padding=1)"]),
        ("nn.Conv2d(3, 8, kernel=3, zzz=1)", "It has kernel_size.", []),
        (
            "torch.arange(0, 1, steps=5)",
            "torch.linspace takes how many numbers there are, as steps",
            ["torch.linspace(0, 1, steps=5)"],
        ),
        (
            "torch.arange(0, 10, stepp=5)",
            "torch.arange has no argument stepp. It has step.",
            ["torch.arange(0, 10, step=5)"],
        ),
    ],
)
def test_what_the_function_calls_it(code, said, fixes):
    check(code, said, fixes)


def test_map_location_belongs_to_torch_load() -> None:
    code = """
    import io
    file = io.BytesIO()
    net = nn.Linear(2, 1)
    torch.save(net.state_dict(), file)
    end = file.seek(0)
    net.load_state_dict(torch.load(file), map_location="cpu")
    """
    explanation = why(code)
    assert "torch.load has it, which reads the file." in explanation.text
    assert [fix.code for fix in explanation.fixes] == ['net.load_state_dict(torch.load(file, map_location="cpu"))']


def test_what_computes_with_each_element_has_no_dim() -> None:
    code = "scores = torch.rand(2, 3)\nF.relu(scores, dim=1)"
    check(code, "F.relu computes with each element alone, so it has no argument dim.", ["F.relu(scores)"])
