"""A layer refuses its input because forward leaves a step out: that is said, and no size is changed for it."""

from __future__ import annotations

from tests.explain.failing import why

POOLED = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.c1 = nn.Conv2d(1, 8, 3, padding=1)
        self.c2 = nn.Conv2d(8, 16, 3, padding=1)
        self.pool = nn.MaxPool2d(2)
        self.fc = nn.Linear(16 * {side} * {side}, 10)
    def forward(self, x):
{lines}
        return self.fc(x)
net = Net()
net(torch.randn(4, 1, 28, 28))
"""


def _pooled(side, *lines):
    return why(POOLED.format(side=side, lines="\n".join(f"        {each}" for each in lines)))


def test_a_pooling_layer_that_nothing_calls():
    explanation = _pooled(14, "x = F.relu(self.c2(F.relu(self.c1(x))))", "x = x.flatten(1)")
    assert "self.pool is made in __init__ and not called. Before the flatten, self.pool(x) leaves" in explanation.text
    [fix] = explanation.fixes
    assert "x = self.pool(x).flatten(1)" in fix.code


def test_a_pooling_layer_that_is_called_once_too_few_is_one_of_two_readings():
    explanation = _pooled(7, "x = self.pool(F.relu(self.c1(x)))", "x = F.relu(self.c2(x))", "x = torch.flatten(x, 1)")
    assert "if that is missing here, write self.pool(x) before the flatten" in explanation.text
    pooled, larger = explanation.fixes
    assert "torch.flatten(self.pool(x), 1)" in pooled.code
    assert "nn.Linear(16 * 14 * 14, 10)" in larger.code


def test_where_the_pool_does_not_help_the_layer_is_what_to_change():
    explanation = _pooled(5, "x = self.pool(F.relu(self.c2(self.c1(x))))", "x = x.flatten(1)")
    assert "pool" not in explanation.text
    [fix] = explanation.fixes
    assert "nn.Linear(16 * 14 * 14, 10)" in fix.code


def test_a_result_that_gets_no_name():
    explanation = _pooled(14, "x = F.relu(self.c2(self.c1(x)))", "self.pool(x)", "x = x.flatten(1)")
    assert "`self.pool(x)` computes a new tensor, which gets no name, and x stays as it was" in explanation.text
    [fix] = explanation.fixes
    assert "        x = self.pool(x)\n" in fix.code


def test_a_layer_whose_result_gets_no_name_in_a_network_without_a_name():
    explanation = why("""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(10, 32)
        self.fc2 = nn.Linear(32, 2)
    def forward(self, x):
        F.relu(self.fc1(x))
        return self.fc2(x)
Net()(torch.randn(4, 10))
""")
    assert "write `x = F.relu(self.fc1(x))`" in explanation.text
    [fix] = explanation.fixes
    assert "self.fc2 = nn.Linear(32, 2)" in fix.code


def test_a_dropout_whose_result_gets_no_name_is_not_the_cause():
    explanation = why("""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(10, 20)
        self.drop = nn.Dropout(0.5)
        self.fc2 = nn.Linear(30, 2)
    def forward(self, x):
        x = self.fc1(x)
        self.drop(x)
        return self.fc2(x)
net = Net()
net(torch.randn(3, 10))
""")
    assert "gets no name" not in explanation.text
    assert "self.fc2 = nn.Linear(20, 2)" in explanation.fixes[0].code


def test_a_layer_that_was_given_to_the_network_later_is_not_one_of_its_init():
    explanation = why("""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(4, 8)
        self.fc = nn.Linear(8, 100)
    def forward(self, x):
        return self.fc(self.body(x))
net = Net()
net.classifier = nn.Linear(8, 2)
net.fc = nn.Linear(512, 2)
net(torch.randn(2, 4))
""")
    assert "is made in __init__" not in explanation.text
    assert [fix.code for fix in explanation.fixes] == ["net.fc = nn.Linear(8, 2)"]


def test_a_network_that_went_well_before_lacks_no_step():
    code = POOLED.format(side=14, lines="        x = self.pool(F.relu(self.c2(self.c1(x))))\n        x = x.flatten(1)")
    assert "once more" not in why(f"{code}net(torch.randn(4, 1, 56, 56))").text
