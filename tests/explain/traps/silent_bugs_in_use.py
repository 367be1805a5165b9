"""Silent bugs as people write them, in functions, classes and loops: the words of the warning, and the program."""

BUGS_IN_USE: dict[str, tuple[str, str]] = {
    "column minus row in a trainer class": (
        "so the difference is",
        """
class Trainer:
    def __init__(self, model):
        self.model = model
        self.opt = torch.optim.SGD(model.parameters(), lr=0.01)
    def step(self, x, y):
        pred = self.model(x)
        loss = torch.mean((pred - y) ** 2)
        self.opt.zero_grad()
        loss.backward()
        self.opt.step()
        return loss.item()
trainer = Trainer(nn.Linear(3, 1))
for _ in range(2):
    value = trainer.step(torch.randn(6, 3), torch.randn(6))
""",
    ),
    "column minus row in a loss of one's own": (
        "so the difference is",
        """
class RMSE(nn.Module):
    def forward(self, pred, target):
        return torch.sqrt(((pred - target) ** 2).mean())
net, criterion = nn.Linear(3, 1), RMSE()
loss = criterion(net(torch.randn(6, 3)), torch.randn(6))
""",
    ),
    "huber of a column and a row": (
        "squeeze(1)",
        """
import warnings; warnings.simplefilter("ignore")
def loss_of(net, batch):
    x, y = batch
    return F.huber_loss(net(x), y)
value = loss_of(nn.Linear(2, 1), (torch.randn(5, 2), torch.randn(5)))
""",
    ),
    "accuracy of sigmoid columns in an evaluation": (
        "the comparison is",
        """
def evaluate(net, x, y):
    net.eval()
    with torch.no_grad():
        p = torch.sigmoid(net(x))
    acc = (p.round() == y).sum().item() / len(y)
    return acc
acc = evaluate(nn.Linear(4, 1), torch.randn(8, 4), torch.randint(0, 2, (8,)).float())
""",
    ),
    "no clearing in a class": (
        "self.opt.zero_grad()",
        """
class Fit:
    def __init__(self, net):
        self.net, self.opt = net, torch.optim.Adam(net.parameters())
    def run(self, data):
        for x, y in data:
            loss = F.mse_loss(self.net(x), y)
            loss.backward()
            self.opt.step()
fit = Fit(nn.Linear(2, 1))
fit.run([(torch.randn(4, 2), torch.randn(4, 1)) for _ in range(3)])
""",
    ),
    "no clearing in nested loops": (
        "opt.zero_grad()",
        """
net = nn.Linear(2, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
data = [(torch.randn(4, 2), torch.randn(4, 1)) for _ in range(3)]
for epoch in range(2):
    for x, y in data:
        loss = F.mse_loss(net(x), y)
        loss.backward()
        opt.step()
""",
    ),
    "no clearing by hand": (
        "w.grad = None",
        """
w = torch.zeros(2, 1, requires_grad=True)
x, y = torch.randn(6, 2), torch.randn(6, 1)
for _ in range(4):
    loss = ((x @ w - y) ** 2).mean()
    loss.backward()
    with torch.no_grad():
        w -= 0.1 * w.grad
""",
    ),
    "cleared between backward and step in a function": (
        "zero_grad",
        """
def train(net, opt, x, y):
    for _ in range(3):
        loss = F.mse_loss(net(x), y)
        loss.backward()
        opt.zero_grad()
        opt.step()
net = nn.Linear(2, 1)
train(net, torch.optim.SGD(net.parameters(), lr=0.1), torch.randn(4, 2), torch.randn(4, 1))
""",
    ),
    "parameters of a list rebound in a loop": (
        "in place",
        """
params = [torch.randn(2, 1, requires_grad=True), torch.zeros(1, requires_grad=True)]
loss = (torch.randn(4, 2) @ params[0] + params[1]).pow(2).mean()
loss.backward()
for p in params:
    p = p - 0.1 * p.grad
""",
    ),
    "total of losses in a loop": (
        ".item()",
        """
net = nn.Linear(2, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
total = 0
for _ in range(3):
    loss = F.mse_loss(net(torch.randn(4, 2)), torch.zeros(4, 1))
    opt.zero_grad()
    loss.backward()
    opt.step()
    total += loss
""",
    ),
    "list of losses in a class": (
        ".item()",
        """
class Run:
    def __init__(self):
        self.net = nn.Linear(2, 1)
        self.opt = torch.optim.SGD(self.net.parameters(), lr=0.1)
        self.history = []
    def go(self, n):
        for _ in range(n):
            loss = F.mse_loss(self.net(torch.randn(4, 2)), torch.zeros(4, 1))
            self.opt.zero_grad()
            loss.backward()
            self.opt.step()
            self.history.append(loss)
run = Run()
run.go(3)
""",
    ),
    "softmax in forward, cross entropy in a function": (
        "softmax already",
        """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(4, 8), nn.Linear(8, 3)
    def forward(self, x):
        x = F.relu(self.a(x))
        return F.softmax(self.b(x), dim=1)
def train_one(net, x, y):
    opt = torch.optim.SGD(net.parameters(), lr=0.1)
    opt.zero_grad()
    loss = F.cross_entropy(net(x), y)
    loss.backward()
    opt.step()
train_one(Net(), torch.randn(5, 4), torch.tensor([0, 1, 2, 0, 1]))
""",
    ),
    "softmax module as an attribute": (
        "softmax already",
        """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc, self.act = nn.Linear(4, 3), nn.Softmax(dim=-1)
    def forward(self, x):
        return self.act(self.fc(x))
net, criterion = Net(), nn.CrossEntropyLoss()
for _ in range(2):
    loss = criterion(net(torch.randn(5, 4)), torch.tensor([0, 1, 2, 0, 1]))
""",
    ),
    "sigmoid in forward, loss with logits": (
        "sigmoid already",
        """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 1)
    def forward(self, x):
        return torch.sigmoid(self.fc(x))
net = Net()
loss_fn = nn.BCEWithLogitsLoss()
loss = loss_fn(net(torch.randn(5, 4)), torch.ones(5, 1))
""",
    ),
    "NLLLoss of logits in a class": (
        "log_softmax",
        """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 3)
    def forward(self, x):
        return self.fc(x)
net = Net()
loss = nn.NLLLoss()(net(torch.randn(5, 4)), torch.tensor([0, 1, 2, 0, 1]))
""",
    ),
    "to(device) not kept in a training loop": (
        "x = x.to(device)",
        """
net = nn.Linear(2, 1)
for x, y in [(torch.randn(4, 2), torch.randn(4, 1)) for _ in range(2)]:
    x.to(device)
    out = net(x)
""",
    ),
    "float() not kept in a function": (
        "x = x.float()",
        """
def prepare(x):
    x.float()
    return x / 2
y = prepare(torch.arange(4))
""",
    ),
    "squeeze not kept in forward": (
        "x = x.squeeze(1)",
        """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(3, 1)
    def forward(self, x):
        x = self.fc(x)
        x.squeeze(1)
        return x
out = Net()(torch.randn(4, 3))
""",
    ),
    "relu not kept in forward": (
        "which nothing keeps",
        """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(3, 4), nn.Linear(4, 1)
    def forward(self, x):
        x = self.fc1(x)
        F.relu(x)
        return self.fc2(x)
out = Net()(torch.randn(4, 3))
""",
    ),
    "clamp not kept in a loop": (
        "which nothing keeps",
        """
x = torch.randn(5)
for _ in range(3):
    x = x + torch.randn(5)
    x.clamp(-1, 1)
    y = x * 2
""",
    ),
    "view for a transpose in forward": (
        "transpose(0, 1)",
        """
class Seq(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.RNN(3, 4)
    def forward(self, x):
        x = x.view(x.size(1), x.size(0), x.size(2))
        return self.rnn(x)[0]
out = Seq()(torch.randn(2, 5, 3))
""",
    ),
    "view for a transpose of keys": (
        "transpose",
        """
class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.q, self.k = nn.Linear(4, 6), nn.Linear(4, 6)
    def forward(self, x):
        q, k = self.q(x), self.k(x)
        scores = q @ k.view(6, 3)
        return scores.softmax(-1)
out = Attention()(torch.randn(3, 4))
""",
    ),
    "a sequence reshaped to have the batch first": (
        "transpose(0, 1)",
        "tokens = torch.randn(7, 2, 5)\nbatch = tokens.reshape(2, 7, 5)\n",
    ),
    "the name itself goes on reshaped": (
        "transpose(0, 1)",
        "x = torch.randn(7, 2, 5)\nx = x.view(2, 7, 5)\n",
    ),
    "reshaped as a layer takes it": (
        "transpose(0, 1)",
        "x = torch.randn(7, 2, 5)\nrnn = nn.RNN(5, 3, batch_first=True)\nout, _ = rnn(x.view(2, 7, 5))\n",
    ),
    "gram matrix by reshape": (
        "transpose(0, 1)",
        """
def gram(x):
    f = x.flatten(1)
    return f @ f.reshape(f.shape[1], f.shape[0])
g = gram(torch.randn(3, 4, 5))
""",
    ),
    "blocks in a list comprehension": (
        "nn.ModuleList",
        """
class Net(nn.Module):
    def __init__(self, depth):
        super().__init__()
        self.blocks = [nn.Linear(4, 4) for _ in range(depth)]
        self.head = nn.Linear(4, 2)
    def forward(self, x):
        for block in self.blocks:
            x = torch.relu(block(x))
        return self.head(x)
net = Net(3)
""",
    ),
    "heads in a dict": (
        "nn.ModuleDict",
        """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.heads = {"a": nn.Linear(4, 1), "b": nn.Linear(4, 2)}
        self.body = nn.Linear(3, 4)
    def forward(self, x, which):
        return self.heads[which](self.body(x))
net = Net()
""",
    ),
    "layers appended to a list": (
        "nn.ModuleList",
        """
class Net(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.layers = []
        for i, o in zip(sizes, sizes[1:]):
            self.layers.append(nn.Linear(i, o))
        self.scale = nn.Parameter(torch.ones(1))
net = Net([3, 4, 2])
""",
    ),
    "optimizer of a network made again": (
        "opt",
        """
net = nn.Linear(2, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
net = nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 1))
loss = F.mse_loss(net(torch.randn(4, 2)), torch.zeros(4, 1))
loss.backward()
opt.step()
""",
    ),
    "head of a Sequential replaced after the optimizer": (
        "Make the optimizer again",
        """
net = nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 1))
opt = torch.optim.SGD(net.parameters(), lr=0.1)
net[2] = nn.Linear(4, 3)
loss = F.cross_entropy(net(torch.randn(4, 2)), torch.tensor([0, 1, 2, 0]))
loss.backward()
opt.step()
""",
    ),
    "evaluation in train mode, dropout": (
        "Dropout layers",
        """
net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Dropout(0.5), nn.Linear(8, 3))
def accuracy(model, x, y):
    with torch.no_grad():
        pred = model(x).argmax(1)
    return (pred == y).float().mean().item()
acc = accuracy(net, torch.randn(10, 4), torch.randint(0, 3, (10,)))
""",
    ),
    "evaluation in train mode, batch norm": (
        "BatchNorm1d layers",
        """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc, self.bn, self.out = nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Linear(8, 3)
    def forward(self, x):
        return self.out(torch.relu(self.bn(self.fc(x))))
net = Net()
with torch.no_grad():
    for x, y in [(torch.randn(6, 4), torch.randint(0, 3, (6,))) for _ in range(2)]:
        hits = (net(x).argmax(1) == y).sum().item()
""",
    ),
    "best state kept without a copy": (
        "deepcopy",
        """
net = nn.Linear(2, 1)
opt = torch.optim.Adam(net.parameters())
best_loss, best = float("inf"), None
for epoch in range(4):
    loss = F.mse_loss(net(torch.randn(8, 2)), torch.zeros(8, 1))
    opt.zero_grad()
    loss.backward()
    opt.step()
    if loss.item() < best_loss:
        best_loss, best = loss.item(), net.state_dict()
""",
    ),
    "fraction into an integer tensor": (
        "holds integers",
        """
labels = torch.zeros(4, dtype=torch.long)
labels[1] = 0.7
""",
    ),
    "step without brackets": (
        "opt.step()",
        """
net = nn.Linear(2, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
def step(x):
    opt.zero_grad()
    loss = net(x).pow(2).mean()
    loss.backward()
    opt.step
step(torch.randn(3, 2))
""",
    ),
    "eval without brackets": (
        "net.eval()",
        "net = nn.Sequential(nn.Linear(2, 1), nn.Dropout())\nnet.eval\n",
    ),
    "softmax without dim in forward": (
        "got no dim",
        """
import warnings; warnings.simplefilter("ignore")
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(3, 2)
    def forward(self, x):
        return F.softmax(self.fc(x))
out = Net()(torch.randn(4, 3))
""",
    ),
    "requires_grad misspelt in a loop": (
        "requires_grad",
        """
net = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 1))
for param in net[0].parameters():
    param.require_grad = False
""",
    ),
    "loss made a tensor again": (
        "no longer depends",
        """
net = nn.Linear(2, 1)
loss = F.mse_loss(net(torch.randn(4, 2)), torch.zeros(4, 1))
loss = torch.tensor(loss.item()).requires_grad_()
loss.backward()
""",
    ),
    "nan gradient of sqrt in where": (
        "nan",
        """
x = torch.tensor([0., 1., 4.], requires_grad=True)
y = torch.where(x > 0, x.sqrt(), torch.zeros(3)).sum()
y.backward()
""",
    ),
    "log of zero": (
        "inf",
        """
def entropy(p):
    return -(p * p.log()).sum()
p = torch.tensor([0., 0.5, 0.5])
logs = p.log()
""",
    ),
    "expanded rows filled in a function": (
        "this wrote to all of them",
        """
def positions(n, d):
    table = torch.zeros(1, d).expand(n, d)
    for i in range(n):
        table[i] = i
    return table
t = positions(3, 2)
""",
    ),
}
