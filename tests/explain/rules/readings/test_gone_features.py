"""The features that a layer takes were there one step before: no size of the layer is what to change first."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, why

TEXTS = """
class Texts(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(50, 24)
        self.lstm = nn.LSTM(24, 24, batch_first=True)
        self.fc = nn.Linear(24, 3)
    def forward(self, x):
{lines}
        return self.fc(h)
net = Texts()
net(torch.randint(0, 50, (4, 10)))
"""


@pytest.mark.parametrize(
    ("lines", "new"),
    [
        ("h = self.emb(x).mean(dim=2)", "h = self.emb(x).mean(dim=1)"),
        ("e = self.emb(x); h, _ = e.max(dim=-1)", "h, _ = e.max(dim=1)"),
        ("h = self.emb(x); h = torch.sum(h, dim=2)", "h = torch.sum(h, dim=1)"),
        ("h, _ = self.lstm(self.emb(x)); h = h[:, :, -1]", "h = h[:, -1]"),
    ],
)
def test_the_other_dim_was_to_be_taken_away(lines, new):
    explanation = why(TEXTS.format(lines=f"        {lines}"))
    assert "dim 2 of (4, 10, 24), which has the 24 numbers that self.fc takes" in explanation.text
    [fix] = explanation.fixes
    assert new in fix.code
    assert "nn.Linear(24, 3)" in fix.code


def test_at_the_prompt():
    check(
        "feats = torch.randn(8, 49, 128)\npooled = feats.mean(dim=-1)\nhead = nn.Linear(128, 10)\nhead(pooled)",
        "feats.mean(dim=1) leaves them, and takes away dim 1",
        ["head(feats.mean(dim=1))"],
    )


def test_a_mean_that_left_the_features_is_not_blamed():
    code = TEXTS.format(lines="        h = self.emb(x).mean(dim=1)").replace("nn.Linear(24, 3)", "nn.Linear(30, 3)")
    assert "takes away" not in why(code).text


@pytest.mark.parametrize(
    ("lines", "new", "said"),
    [
        ("h = self.emb(x).flatten(1)", "self.emb(x).mean(dim=1)", "to take their mean"),
        ("o, _ = self.lstm(self.emb(x)); h = o.reshape(x.size(0), -1)", "h = o[:, -1]", "to take the last step"),
    ],
)
def test_rows_that_were_put_into_one_have_two_readings(lines, new, said):
    explanation = why(TEXTS.format(lines=f"        {lines}"))
    assert "puts the 10 rows of 24 numbers of each example into one" in explanation.text
    assert said in explanation.text
    first, second = explanation.fixes
    assert new in first.code
    assert "nn.Linear(240, 3)" in second.code


def test_a_view_that_mixed_the_dims_is_said_and_no_layer_made_for_it():
    check(
        "h = torch.randn(2, 32, 64)\nh = h.view(32, 128)\nfc = nn.Linear(64, 2)\nfc(h)",
        "`h.view(32, 128)` made that of (2, 32, 64), whose last dim is what fc takes",
        [],
    )


def test_a_sum_may_stand_for_both_side_by_side():
    code = """
class Two(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 64)
        self.b = nn.Linear(8, 64)
        self.head = nn.Linear(128, 2)
    def forward(self, x):
        h = self.a(x) + self.b(x)
        return self.head(h)
two = Two()
two(torch.randn(4, 8))
"""
    explanation = why(code)
    assert "`self.a(x) + self.b(x)` has as many numbers in each row as each of its sides, 64." in explanation.text
    joined, smaller = explanation.fixes
    assert "h = torch.cat([self.a(x), self.b(x)], dim=1)" in joined.code
    assert "self.head = nn.Linear(64, 2)" in smaller.code


@pytest.mark.parametrize(
    ("call", "new"), [("h.chunk(2, dim=0)", "h.chunk(2, dim=-1)"), ("torch.chunk(h, 2)", "torch.chunk(h, 2, dim=-1)")]
)
def test_a_chunk_of_the_rows(call, new):
    code = f"""
class VAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc = nn.Linear(30, 8)
        self.dec = nn.Linear(4, 30)
    def forward(self, x):
        h = self.enc(x)
        mu, logvar = {call}
        z = mu + torch.randn_like(mu) * (0.5 * logvar).exp()
        return self.dec(z)
vae = VAE()
vae(torch.rand(6, 30))
"""
    explanation = why(code)
    assert f"`{call}` divides the rows, dim 0" in explanation.text
    [fix] = explanation.fixes
    assert f"mu, logvar = {new}" in fix.code
    assert "nn.Linear(4, 30)" in fix.code


def test_a_weighted_sum_over_the_features_at_the_prompt():
    check(
        "x = torch.randn(8, 12, 64)\nw = torch.rand(8, 12)\npooled = (x * w.unsqueeze(-1)).sum(dim=-1)\n"
        "fc = nn.Linear(64, 5)\nfc(pooled)",
        "takes away dim 2 of (8, 12, 64), which has the 64 numbers that fc takes",
        ["fc((x * w.unsqueeze(-1)).sum(dim=1))"],
    )


def test_channels_that_were_put_into_one_row_have_two_readings():
    code = """
class Series(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(1, 16, 3)
        self.fc = nn.Linear(16, 2)
    def forward(self, x):
        h = self.conv(x)
        return self.fc(h.flatten(1))
net = Series()
net(torch.randn(4, 1, 20))
"""
    explanation = why(code)
    assert "takes as many as there are channels: if it is to take their mean over the places" in explanation.text
    pooled, larger = explanation.fixes
    assert "self.fc(h.mean(dim=2))" in pooled.code
    assert "self.fc = nn.Linear(288, 2)" in larger.code
