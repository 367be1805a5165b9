"""Functions and networks of the learner's that are given more than they take, or less."""

from __future__ import annotations

import pytest

from tests.explain.failing import check

LOOP = "def run(model, loader):\n    return 0\nmodel, loader = nn.Linear(2, 2), []\n"
NET = "class Net(nn.Module):\n    def forward(self, ids, mask=None):\n        return ids * 2\nnet = Net()\n"
NET += "x = torch.ones(3)\n"


@pytest.mark.parametrize(
    ("code", "said", "fixes"),
    [
        (LOOP + "run(model)", "run takes model and loader, and loader is not given.", ["run(model, loader)"]),
        (LOOP + 'run(model, loader, "cpu")', 'gives one value more: "cpu". If it is to use that, its def line', []),
        (LOOP + 'run(model, loader, "cpu")', "if not, the call is run(model, loader).", []),
        (NET + "y = net(x, train=False)", "has no argument train. It takes ids, mask.", ["net(x)"]),
        (
            NET + "y = net(x, lengths=x)",
            "If forward is to use it, its def line needs lengths; if not, the call is net(x).",
            [],
        ),
        (NET + "parts = [x, x, x]\ny = net(*parts)", "hands over each of its 3 parts", ["net(*parts[:2])"]),
        ("fc = nn.Linear(2, 2)\ny = fc(torch.ones(2), train=True)", "Without it the call is fc(torch.ones(2)).", None),
    ],
)
def test_arguments(code: str, said: str, fixes: list[str] | None) -> None:
    check(code, said, ["fc(torch.ones(2))"] if fixes is None else fixes)


def test_a_dict_with_more_keys() -> None:
    code = NET + 'batch = {"ids": x, "mask": x, "labels": x}\ny = net(**batch)'
    check(code, "batch has the key labels, and net takes ids, mask", ['net(ids=batch["ids"], mask=batch["mask"])'])


def test_a_method() -> None:
    code = "class Trainer:\n    def fit(self, loader):\n        return 0\nt = Trainer()\n"
    check(
        code + "t.fit([], 10)",
        "one value more: 10. If it is to use that, its def line needs a parameter for it; if not",
        [],
    )
