"""A second backward pass: the statement that freed the graph, and what to run again."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, fails, runs_after, session, shown, why

HEAD = "w = torch.ones(3, requires_grad=True)\n"
TWICE = HEAD + "loss = (w * w).sum()\nloss.backward()\nloss.backward()"


def test_a_second_backward_on_the_screen():
    assert shown(TWICE).split("\n")[1:] == [
        "    loss.backward()",
        "    ^^^^^^^^^^^^^^^",
        "│ The graph of loss was already used by `loss.backward()` and freed. Compute",
        "│ loss again first. To run the backward pass twice, the first call needs",
        "│ retain_graph=True.",
        "│ try  loss = (w * w).sum()",
        "│      loss.backward()",
    ]
    assert runs_after(TWICE) == 1


@pytest.mark.parametrize(
    ("code", "statement", "again"),
    [
        ("y = w.exp(); a = y.sum(); b = y.mean()\na.backward(); b.backward()", "`a.backward()`", "y = w.exp()\nb = y"),
        ("a = (w * w).sum()\nb = (w * 3).sum(); b.backward(); a.backward()\na.backward()", "`a.backward()`", "a = "),
        ("a = (w * w).sum()\ng = torch.autograd.grad(a, w)\na.backward()", "`g = torch.autograd.grad(a, w)`", "a ="),
        ("a = (w * w).sum()\na.backward()\ntorch.autograd.grad(a, w)", "`a.backward()`", None),
        ("def back(t):\n    t.backward()\na = (w * w).sum()\nback(a)\na.backward()", "`back(a)`", "a = (w * w)"),
        ("net = nn.Linear(3, 1)\np = net(torch.ones(2, 3))\na = F.mse_loss(p, torch.zeros(2, 1))\na.backward()\n"
         "a.backward()", "`a.backward()`", "p = net(torch.ones(2, 3))\na = F.mse_loss"),
    ],
)  # fmt: skip
def test_the_statement_is_named_and_what_to_run_again(code, statement, again):
    explanation = why(HEAD + code)
    told = (f"used by {statement} and freed", f"and {statement} already used", f"{statement.strip('`')} has freed")
    assert any(each in explanation.text for each in told)
    assert [fix.code.startswith(again or "") for fix in explanation.fixes] == ([True] if again else [])
    runs_after(HEAD + code)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (
            "h = w.exp()\nfor _ in range(2):\n    a = h.sum()\n    a.backward()",
            "a was computed from h, and an earlier backward() already",
        ),
        (
            "h = w * 0\nfor _ in range(2):\n    h = (h * w).tanh()\n    h.sum().backward()",
            "Write `h = h.detach()` after",
        ),
        (
            "def f():\n    a = (w * w).sum()\n    a.backward()\n    a.backward()\nf()",
            "The graph of a was already used by an earlier backward()",
        ),
    ],
)
def test_loops_and_functions(code, said):
    assert said in why(HEAD + code).text
    assert runs_after(HEAD + code) == 0


@pytest.mark.parametrize(
    "code",
    [
        "h = w * 2\nh *= w\na = h.exp().sum()",
        "h = w * 2\nh[0] = 5.\na = h.exp().sum()",
        "h = w * 2\nh.mul_(w)\na = h.exp().sum()",
        "h = w * 2\nwith torch.no_grad():\n    h.mul_(2)\na = h.exp().sum()",
        "x = torch.ones(3)\nh = (w * x).exp()\nx = torch.zeros(3)\na = h.sum()",
        "i = 1.\nh = w.exp() * i\ni = 5.\na = h.sum()",
        "xs = [1., 2.]\nh = w.exp() * xs[0]\nxs[0] = 5.\na = h.sum()",
        "h = w.exp() * torch.rand(3)\na = h.sum()",
        "a = F.dropout(w).pow(2).sum()",
        "a = (w * w)[torch.randperm(3)].sum()",
        "a = nn.Linear(3, 1)(w * w).pow(2).sum()",
        "net = nn.Sequential(nn.Linear(3, 1), nn.Dropout())\na = net(w).sum()",
        "net = nn.LSTM(3, 3, 2, dropout=0.5)\na = net(torch.ones(2, 1, 3))[0].sum()",
        "net = nn.Sequential(nn.Linear(3, 3), nn.BatchNorm1d(3))\na = net(torch.eye(3)).sum()",
        "net = nn.Linear(3, 3)\na = net(w).exp().sum()\nnet.weight = nn.Parameter(torch.eye(3))",
        "class C:\n    k = 2.\na = (w * C.k).exp().sum()\nC.k = 5.",
        "import time\na = (w * time.time()).exp().sum()",
        "y = w\nfor i in range(12000): y = y + 1.\na = y.exp().sum()",
    ],
)
def test_what_may_give_something_else_now_is_not_offered_again(code):
    assert why(f"{HEAD}{code}\na.backward()\na.backward()").text.startswith("The graph of a was already used by ")
    assert runs_after(f"{HEAD}{code}\na.backward()\na.backward()") == 0


def test_a_network_out_of_training_gives_the_same_again():
    code = "net = nn.Sequential(nn.Linear(3, 1), nn.Dropout())\n_ = net.eval()\na = net(w).sum()"
    assert runs_after(f"{HEAD}{code}\na.backward()\na.backward()") == 1


def test_what_was_rebound_by_a_step_that_comes_again_too():
    code = HEAD + "h = w * w\nh = h.exp()\na = h.sum()\na.backward()\na.backward()"
    assert "Compute h and a again first" in why(code).text
    assert [fix.code for fix in why(code).fixes] == ["h = w * w\nh = h.exp()\na = h.sum()\na.backward()"]


@pytest.mark.parametrize(
    ("code", "said", "fixes"),
    [
        (
            "def go(t):\n    t.sum().backward()\ngo(h)\ngo(h * 2)",
            "t.sum() was computed from h, and `go(h)` already used",
            0,
        ),
        ("h.sum().backward()\nh.sum().backward()", "Compute h again before h.sum().", 1),
        ("g = w.sin()\n(h.sum() + g.sum()).backward()\n(h * g).sum().backward()", "Compute h and g again before", 1),
        ("h.sum().backward()\n(h * w).sum().backward()", "or use h.detach() there if no gradient", 1),
    ],
)
def test_which_graph_was_freed_and_whether_a_gradient_flows_without_it(code, said, fixes):
    code = HEAD + "h = w.exp()\n" + code
    explanation = why(code)
    assert said in explanation.text
    assert ("detach" in explanation.text) == ("detach" in said)
    assert runs_after(code) == fixes


def test_who_of_several_it_was_stays_open_where_the_record_cannot_tell():
    code = HEAD + "a = (w * w).sum()\nparts = [a]\nparts[0].backward(); (w * 3).sum().backward()\na.backward()"
    assert "an earlier backward()" in why(code).text


def test_saved_tensors_that_are_read_directly_are_left_to_torch():
    code = HEAD + "y = w.exp()\ny.sum().backward()\ny.grad_fn._saved_result"
    assert fails(code).explanation is None


@pytest.mark.parametrize("named", ["a.backward", "go = a.backward", "a.backward, w.grad", "[a.backward]"])
def test_what_only_names_the_method_has_used_no_graph(named):
    explanation = why(f"{HEAD}a = w.exp().sum()\n{named}\na.backward()\na.backward()")
    assert explanation.text.startswith("The graph of a was already used by `a.backward()` and freed.")


@pytest.mark.parametrize("called", ["list(map(lambda f: f(), [a.backward]))", "(lambda: a.backward())()"])
def test_what_calls_it_in_another_way_has(called):
    assert f"already used by `{called}`" in why(f"{HEAD}a = w.exp().sum()\n{called}\na.backward()").text


@pytest.mark.parametrize(
    "before",
    [
        "y = w * w",
        "y = w * w\ny.sum().backward()",
        "y = (w * w).sum()\ny.backward()",
        "y = 3",
        "for y in [w * w]: pass",
    ],
)
def test_a_line_that_other_code_has_made_out_of_date_is_not_offered(before):
    made = session()
    [*made.run(HEAD + before)]
    made.run_quietly("y = (w * 3).exp().sum()")
    *_, last = made.run("y.backward()\ny.backward()")
    assert last.explanation.text.startswith("The graph of y was already used by `y.backward()` and freed.")
    assert last.explanation.fixes == ()
    *_, last = made.run("y = (w * 3).exp().sum()\ny.backward()\ny.backward()")
    assert [fix.code for fix in last.explanation.fixes] == ["y = (w * 3).exp().sum()\ny.backward()"]


def test_two_results_of_one_call() -> None:
    code = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body, self.a, self.b = nn.Linear(3, 4), nn.Linear(4, 1), nn.Linear(4, 2)
    def forward(self, x):
        h = torch.relu(self.body(x))
        return self.a(h), self.b(h)
net, x = Net(), torch.rand(5, 3)
one, two = net(x)
first, second = one.mean(), two.mean()
first.backward()
second.backward()
"""
    said = "first and second were both computed from net(x), and first.backward() has freed that part of the graph. Add"
    check(code, said, [])


def test_a_line_before_other_code_made_the_graph_anew_has_not_used_it() -> None:
    made = session()
    [*made.run(HEAD + "y = w * w\nz = y.sum()\ng = torch.autograd.grad(z, w)")]
    made.run_quietly("w = torch.ones(3, requires_grad=True)\ny = w * w\nz = y.sum()")
    *_, last = made.run("h = torch.autograd.grad(y.mean(), w)\nz.backward()")
    assert "`h = torch.autograd.grad(y.mean(), w)` already used that part of the graph" in last.explanation.text


ACTOR = """
actor, critic = nn.Linear(2, 1), nn.Linear({inputs}, 1)
a, c = torch.optim.SGD(actor.parameters(), lr=0.1), torch.optim.SGD(critic.parameters(), lr=0.1)
s, r = torch.rand(4, 2), torch.rand(4, 1)
for _ in range(2):
    {first}
    c.zero_grad()
    first.backward()
    c.step()
    {second}
    a.zero_grad()
    second.backward()
    a.step()
"""


def test_an_actor_that_uses_what_the_critic_was_trained_with() -> None:
    first = "v = critic(s)\n    gain = r - v\n    first = gain.pow(2).mean()"
    code = ACTOR.format(inputs=2, first=first, second="score = actor(s)\n    second = -(score * gain).mean()")
    said = "If second needs no gradient for gain, compute second from gain.detach(); else compute v and gain again"
    check(code, said, [])
    cured = code.replace("score * gain", "score * gain.detach()")
    assert all(outcome.error is None for outcome in session().run(cured.lstrip()))


def test_a_value_that_both_losses_come_from_is_computed_again() -> None:
    first = "act = actor(s)\n    q = critic(torch.cat([s, act], 1))\n    first = F.mse_loss(q, r)"
    code = ACTOR.format(inputs=3, first=first, second="second = -q.mean()")
    said = "first and second were both computed from q, and first.backward() has freed that part of the graph. Compute "
    check(code, f"{said}act and q again before second.", [])
    again = "act = actor(s)\n    q = critic(torch.cat([s, act], 1))\n    second = -q.mean()"
    cured = ACTOR.format(inputs=3, first=first, second=again)
    assert all(outcome.error is None for outcome in session().run(cured.lstrip()))


def test_the_rows_of_a_jacobian_go_back_through_one_graph() -> None:
    head = "x = torch.rand(3, requires_grad=True)\ny = (x**2).exp()\n"
    said = "retain_graph=True in this call keeps it for the next; compute y again before the rounds begin."
    check(f"{head}rows = [torch.autograd.grad(y[i], x)[0] for i in range(3)]", said, [])
    check(f"{head}for one in y:\n    torch.autograd.grad(one.sum(), x)", said.split("; ", maxsplit=1)[0], [])


def test_the_same_number_in_each_round_is_computed_again() -> None:
    code = "x = torch.rand(3, requires_grad=True)\ny = (x**2).exp()\nfor _ in range(2):\n"
    assert "retain_graph" not in why(f"{code}    torch.autograd.grad(y.sum(), x)").text
