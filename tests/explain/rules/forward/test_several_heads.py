"""A map of another size than the one that several layers of a class were made for."""

from __future__ import annotations

from tests.explain.failing import check, fails, session, why

READER = """\
class Reader(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Sequential(nn.Conv2d(3, 10, 3, padding=1), nn.ReLU(), nn.MaxPool2d(4))
        self.heads = nn.ModuleList([nn.Linear(10 * 6 * 24, 18) for _ in range(5)])
    def forward(self, x):
        x = self.conv(x)
        x = x.view(-1, 10 * 6 * 24)
        return [head(x) for head in self.heads]

reader = Reader()
guesses = reader(torch.rand(8, 3, 26, 100))
"""
VAE = """\
class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 4, 2, 1)
        self.mu = nn.Linear(8 * 8 * 8, 6)
        self.logvar = nn.Linear(8 * 8 * 8, 6)
    def forward(self, x):
        h = self.conv(x)
        h = h.view(-1, 8 * 8 * 8)
        return self.mu(h), self.logvar(h)

encoder = Encoder()
mu, logvar = encoder(torch.rand(5, 3, 20, 20))
"""


def runs_with_its_statement(code: str) -> None:
    """The offered class, and then the statement that failed."""
    live = session()
    explanation = fails(code, live).explanation
    assert explanation is not None
    for fix in explanation.fixes:
        for outcome in live.run(f"{fix.code}\n{code.strip().splitlines()[-1]}\n"):
            assert outcome.error is None, outcome.error.final


def test_heads_in_a_list_are_made_for_the_map_with_the_flattening() -> None:
    explanation = why(READER)
    assert "in Reader.__init__, write nn.Linear(10 * 6 * 25, 18)" in explanation.text
    assert len(explanation.fixes) == 1
    runs_with_its_statement(READER)


def test_two_heads_are_made_for_the_map_with_the_flattening() -> None:
    explanation = why(VAE)
    assert "nn.Linear(8 * 10 * 10, 6)" in explanation.text
    assert explanation.fixes[0].code.count("8 * 10 * 10") == 2
    runs_with_its_statement(VAE)


def test_a_loop_over_the_heads_is_followed_too() -> None:
    loop = "outs = []\n        for head in self.heads:\n            outs.append(head(x))\n        return outs"
    code = READER.replace("return [head(x) for head in self.heads]", loop)
    assert "nn.Linear(10 * 6 * 25, 18)" in why(code).text
    runs_with_its_statement(code)


def test_a_size_that_is_computed_elsewhere_is_told_in_words() -> None:
    code = READER.replace("def __init__(self):", "def __init__(self, n=1440):").replace(
        "Linear(10 * 6 * 24", "Linear(n"
    )
    check(code, "The nn.Linear after it takes 1440: make it for 1500", [])


def test_heads_that_are_looked_up_by_name_get_no_class_that_fails() -> None:
    code = READER.replace(
        "nn.ModuleList([nn.Linear(10 * 6 * 24, 18) for _ in range(5)])", "nn.ModuleDict({'a': make()})"
    )
    code = code.replace("[head(x) for head in self.heads]", "{k: head(x) for k, head in self.heads.items()}")
    check(f"def make():\n    return nn.Linear(1440, 18)\n\n{code}", "takes 1440", [])
