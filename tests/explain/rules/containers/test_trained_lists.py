"""NumPy given tensors on the way to a loss: the same with torch, which keeps the graph."""

from __future__ import annotations

from tests.explain.failing import check, runs_after, why


def test_the_mean_of_heads_in_forward() -> None:
    code = """
    import numpy as np
    class Heads(nn.Module):
        def __init__(self):
            super().__init__()
            self.heads = nn.ModuleList([nn.Linear(4, 2) for _ in range(3)])

        def forward(self, x):
            outs = [head(x) for head in self.heads]
            return np.mean(outs, axis=0)

    heads = Heads()
    y = heads(torch.rand(5, 4))
    """
    explanation = why(code)
    assert "nothing before np.mean could be trained" in explanation.text
    assert [("return torch.stack(outs).mean(0)" in fix.code, "detach" in fix.code) for fix in explanation.fixes] == [
        (True, False)
    ]
    assert runs_after(code) == 1


def test_the_sum_of_losses_before_backward() -> None:
    code = """
    import numpy as np
    net = nn.Linear(3, 1)
    x, y = torch.rand(6, 3), torch.rand(6, 1)

    def step():
        parts = [F.mse_loss(net(x), y), net.weight.abs().sum()]
        loss = np.sum(parts)
        loss.backward()

    step()
    """
    explanation = why(code)
    assert ["loss = torch.stack(parts).sum()" in fix.code for fix in explanation.fixes] == [True]
    assert runs_after(code) == 1


def test_one_tensor_in_forward_is_not_detached() -> None:
    code = """
    import numpy as np
    class Scaled(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(4, 2)

        def forward(self, x):
            y = self.fc(x).numpy()
            return torch.from_numpy(y * 2)

    net = Scaled()
    net(torch.rand(5, 4))
    """
    check(code, "nothing before this line could be trained")


def test_what_is_only_kept_is_detached() -> None:
    code = """
    class Attends(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(4, 2)

        def forward(self, x):
            y = self.fc(x)
            self.seen = y.numpy()
            return y

    net = Attends()
    net(torch.rand(5, 4))
    """
    assert "self.seen = y.detach().numpy()" in why(code).fixes[0].code


def test_a_loss_is_trained_and_a_mean_of_losses_is_shown() -> None:
    logp = "import numpy as np\nlogp = [torch.ones((), requires_grad=True) * 2 for _ in range(2)]\n"
    assert "so nothing before np.array could be trained" in why(logp + "loss = -np.sum(np.array(logp))").text
    losses = logp.replace("logp", "losses")
    assert "could be trained" not in why(losses + "loss = np.mean(losses)").text
