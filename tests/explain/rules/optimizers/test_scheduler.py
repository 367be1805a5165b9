"""Schedulers of the learning rate: what they take, and what their step() takes."""

import pytest

from tests.explain.failing import check, runs_after, session, why

HEAD = "net = nn.Linear(2, 1)\nopt = torch.optim.SGD(net.parameters(), lr=0.1)\nfrom torch.optim import lr_scheduler\n"
PLATEAU = HEAD + "plateau = lr_scheduler.ReduceLROnPlateau(opt)\n"


@pytest.mark.parametrize(
    ("code", "fixes"),
    [
        ("val_loss = 0.5\nloss = 0.1\nplateau.step()", ["plateau.step(val_loss)"]),
        ("loss = net(torch.ones(1, 2)).mean()\nplateau.step()", ["plateau.step(loss.item())"]),
        ("running_loss = 0.3\nplateau.step()", ["plateau.step(running_loss)"]),
        (
            "for epoch in range(2):\n    valid_loss = 1.0 / (epoch + 1)\n    plateau.step()",
            ["for epoch in range(2):\n    valid_loss = 1.0 / (epoch + 1)\n    plateau.step(valid_loss)"],
        ),
        ("plateau.step()", []),
        ("a_loss = 1.0\nb_loss = 2.0\nplateau.step()", []),
    ],
)
def test_the_number_that_a_plateau_is_seen_by(code, fixes):
    check(PLATEAU + code, "plateau is a ReduceLROnPlateau", fixes)


@pytest.mark.parametrize(
    "code",
    [
        "s = lr_scheduler.StepLR(opt, step_size=10, last_epoch=5)",
        "s = lr_scheduler.CosineAnnealingLR(opt, T_max=50, last_epoch=20)",
        "def make(start):\n    return lr_scheduler.ExponentialLR(opt, 0.9, last_epoch=start)\n\nmake(3)",
    ],
)
def test_a_training_that_goes_on_with_a_new_optimizer(code):
    check(HEAD + code, 'opt.param_groups: group["initial_lr"] = group["lr"].', [])
    first = 'for group in opt.param_groups:\n    group["initial_lr"] = group["lr"]\n\n'
    assert all(outcome.error is None for outcome in session().run(HEAD + first + code + "\n"))


@pytest.mark.parametrize(
    ("code", "fixes"),
    [
        ("lr_scheduler.StepLR(net, 10)", ["lr_scheduler.StepLR(opt, 10)"]),
        ("lr_scheduler.ReduceLROnPlateau(net)", ["lr_scheduler.ReduceLROnPlateau(opt)"]),
        ("lr_scheduler.LambdaLR(net, lambda epoch: 0.9)", ["lr_scheduler.LambdaLR(opt, lambda epoch: 0.9)"]),
        ("other = torch.optim.Adam(net.parameters())\nlr_scheduler.StepLR(net, 10)", []),
    ],
)
def test_what_a_scheduler_is_made_from(code, fixes):
    check(HEAD + code, "so it takes the optimizer first. net is not an optimizer.", fixes)


@pytest.mark.filterwarnings("ignore:Detected call of")
def test_more_steps_than_a_cycle_has():
    code = HEAD + "cycle = lr_scheduler.OneCycleLR(opt, 0.1, total_steps=2)\nfor i in range(4):\n    cycle.step()"
    assert "cycle was made for 2 steps, and step() was called more often." in why(code).text
    assert runs_after(code) == 0


@pytest.mark.parametrize(
    ("mode", "names", "fixes"),
    [
        ("max", "loss, val_acc = 0.5, 0.9", ["sch.step(val_acc)"]),
        ("max", "loss = 0.5", []),
        ("min", "loss, avg_val_loss = 0.5, 0.4", ["sch.step(avg_val_loss)"]),
    ],
)
def test_the_number_that_fits_the_mode(mode: str, names: str, fixes: list[str]) -> None:
    code = "opt = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)\n"
    code += f"sch = torch.optim.lr_scheduler.ReduceLROnPlateau(opt, mode='{mode}')\n{names}\nsch.step()"
    check(code, "step() takes that number", fixes)


def test_a_step_of_ones_own_without_a_default() -> None:
    code = """
    class WarmUp(torch.optim.lr_scheduler.LRScheduler):
        def get_lr(self):
            return self.base_lrs
        def step(self, epoch):
            self.last_epoch = epoch
    opt = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=0.1)
    WarmUp(opt)
    """
    said = "so epoch needs a default, def step(self, epoch=None)."
    check(code, said, [])
