"""Programs that run and do what was not meant: the words that the warning holds, and the program."""

BUGS: dict[str, tuple[str, str]] = {
    "difference in a training function": (
        "(16, 1)",
        """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(3, 8)
        self.out = nn.Linear(8, 1)
    def forward(self, x):
        return self.out(torch.relu(self.hidden(x)))

def fit(net, xs, ys, epochs):
    opt = torch.optim.Adam(net.parameters())
    for epoch in range(epochs):
        opt.zero_grad()
        pred = net(xs)
        loss = ((pred - ys) ** 2).mean()
        loss.backward()
        opt.step()

net = Net()
fit(net, torch.randn(16, 3), torch.randn(16), 3)
""",
    ),
    "loss of a network in a loop over a loader": (
        "squeeze(1)",
        """
from torch.utils.data import DataLoader, TensorDataset
import warnings; warnings.simplefilter("ignore")
data = TensorDataset(torch.randn(20, 4), torch.randn(20))
loader = DataLoader(data, batch_size=5)
net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1))
opt = torch.optim.SGD(net.parameters(), lr=0.1)
loss_fn = nn.MSELoss()
for xb, yb in loader:
    opt.zero_grad()
    loss = loss_fn(net(xb), yb)
    loss.backward()
    opt.step()
""",
    ),
    "accuracy of a column in a function": (
        "the comparison is (12, 12)",
        """
def accuracy(model, x, y):
    with torch.no_grad():
        pred = (torch.sigmoid(model(x)) > 0.5).long()
    return (pred == y).float().mean().item()

model = nn.Linear(2, 1)
acc = accuracy(model, torch.randn(12, 2), torch.randint(0, 2, (12,)))
""",
    ),
    "accuracy with eq": (
        "the comparison is (9, 9)",
        """
logits = torch.randn(9, 3)
labels = torch.randint(0, 3, (9, 1))
hits = logits.argmax(1).eq(labels).sum()
""",
    ),
    "accuracy in two lines": (
        "the comparison is (6, 6)",
        """
scores = nn.Linear(2, 3)(torch.randn(6, 2))
target = torch.tensor([[0], [1], [2], [0], [1], [2]])
correct = scores.argmax(dim=1) == target
acc = correct.float().mean()
""",
    ),
    "softmax as the last layer, loss in a function": (
        "softmax already",
        """
model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3), nn.Softmax(dim=1))
criterion = nn.CrossEntropyLoss()
def train_step(x, y):
    loss = criterion(model(x), y)
    return loss.item()
value = train_step(torch.randn(5, 4), torch.tensor([0, 1, 2, 0, 1]))
""",
    ),
    "softmax in a helper of forward": (
        "softmax already",
        """
class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 3)
    def probabilities(self, x):
        return torch.softmax(self.fc(x), dim=1)
    def forward(self, x):
        out = self.probabilities(x)
        return out

net = Classifier()
x, y = torch.randn(6, 4), torch.tensor([0, 1, 2, 0, 1, 2])
out = net(x)
loss = F.cross_entropy(out, y)
""",
    ),
    "sigmoid before the loss with logits": (
        "applies sigmoid itself",
        """
net = nn.Sequential(nn.Linear(3, 1), nn.Sigmoid())
loss = nn.BCEWithLogitsLoss()(net(torch.randn(4, 3)), torch.ones(4, 1))
""",
    ),
    "nll_loss of softmax": (
        "takes log probabilities",
        """
p = F.softmax(torch.randn(4, 3), dim=1)
loss = F.nll_loss(p, torch.tensor([0, 1, 2, 0]))
""",
    ),
    "NLLLoss of an own network's logits": (
        "has logits",
        """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(2, 3)
    def forward(self, x):
        return self.fc(x)
net, loss_fn = Net(), nn.NLLLoss()
loss = loss_fn(net(torch.randn(4, 2)), torch.tensor([0, 1, 2, 0]))
""",
    ),
    "no zero_grad in a loop": (
        "clears the gradients",
        """
net = nn.Linear(3, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.01)
x, y = torch.randn(8, 3), torch.randn(8, 1)
for epoch in range(10):
    loss = F.mse_loss(net(x), y)
    loss.backward()
    opt.step()
""",
    ),
    "no zero_grad in a function": (
        "opt.zero_grad()",
        """
def train(model, x, y):
    opt = torch.optim.Adam(model.parameters(), lr=0.01)
    for epoch in range(5):
        loss = ((model(x) - y) ** 2).mean()
        loss.backward()
        opt.step()
    return loss.item()
final = train(nn.Linear(3, 1), torch.randn(8, 3), torch.randn(8, 1))
""",
    ),
    "no zero_grad in a step function": (
        "clears the gradients",
        """
model = nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
def step(x, y):
    loss = ((model(x) - y) ** 2).mean()
    loss.backward()
    optimizer.step()
    return loss.item()
batches = [(torch.randn(4, 3), torch.randn(4, 1)) for _ in range(3)]
for x, y in batches:
    step(x, y)
""",
    ),
    "no clearing by hand over a list": (
        "clears the gradients",
        """
w = torch.randn(3, 1, requires_grad=True)
b = torch.zeros(1, requires_grad=True)
x, y = torch.randn(8, 3), torch.randn(8, 1)
for _ in range(4):
    loss = ((x @ w + b - y) ** 2).mean()
    loss.backward()
    with torch.no_grad():
        for p in [w, b]:
            p -= 0.1 * p.grad
""",
    ),
    "a step typed twice": (
        "The gradients of net are sums",
        """
net = nn.Linear(3, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.01)
loss = net(torch.randn(4, 3)).pow(2).mean()
loss.backward()
opt.step()
loss = net(torch.randn(4, 3)).pow(2).mean()
loss.backward()
""",
    ),
    "running loss": (
        "running += loss.item()",
        """
net = nn.Linear(4, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
running = 0.0
for i in range(5):
    opt.zero_grad()
    loss = net(torch.randn(2, 4)).pow(2).mean()
    loss.backward()
    opt.step()
    running += loss
""",
    ),
    "running loss over batches in a function": (
        "total += loss.item() * x.size(0)",
        """
def epoch(net, opt, batches):
    total = 0
    for x, y in batches:
        opt.zero_grad()
        loss = F.mse_loss(net(x), y)
        loss.backward()
        opt.step()
        total += loss * x.size(0)
    return total
net = nn.Linear(4, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
mean = epoch(net, opt, [(torch.randn(2, 4), torch.randn(2, 1)) for _ in range(3)])
""",
    ),
    "list of losses": (
        "losses.append(loss.item())",
        """
w = torch.ones(2, requires_grad=True)
losses = []
for i in range(5):
    w.grad = None
    loss = (w ** 2).sum()
    loss.backward()
    losses.append(loss)
""",
    ),
    "layers in a list": (
        "nn.ModuleList",
        """
class Deep(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.layers = [nn.Linear(4, 4) for _ in range(n)]
        self.out = nn.Linear(4, 1)
    def forward(self, x):
        for layer in self.layers:
            x = torch.relu(layer(x))
        return self.out(x)
net = Deep(3)
""",
    ),
    "layers in a dict": (
        "nn.ModuleDict",
        """
class Heads(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(2, 2)
        self.heads = {"a": nn.Linear(2, 1), "b": nn.Linear(2, 1)}
model = Heads()
""",
    ),
    "layers appended": (
        "keeps layers in self.blocks",
        """
class Blocks(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = []
        for _ in range(2):
            self.blocks.append(nn.Linear(2, 2))
model = nn.Sequential(Blocks(), nn.Linear(2, 1))
""",
    ),
    "reshape for a transpose in forward": (
        "transpose(1, 2)",
        """
class Conv(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(8, 4, 3)
    def forward(self, x):
        x = x.view(x.size(0), x.size(2), x.size(1))
        return self.conv(x)
net = Conv()
out = net(torch.randn(2, 5, 8))
""",
    ),
    "image from HWC to CHW": (
        "permute(2, 0, 1)",
        """
image = torch.rand(32, 48, 3)
chw = image.reshape(3, 32, 48)
""",
    ),
    "matrix turned by view": (
        "transpose",
        """
a, b = torch.randn(2, 3), torch.randn(2, 3)
c = a @ b.view(3, 2)
""",
    ),
    "evaluation without eval": (
        "Dropout layers",
        """
net = nn.Sequential(nn.Linear(4, 8), nn.Dropout(0.5), nn.Linear(8, 3))
def evaluate(model, x, y):
    with torch.no_grad():
        pred = model(x).argmax(dim=1)
        return (pred == y).float().mean().item()
acc = evaluate(net, torch.randn(6, 4), torch.randint(0, 3, (6,)))
""",
    ),
    "validation loss with batch norm": (
        "BatchNorm1d layers",
        """
net = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 1))
x, y = torch.randn(6, 4), torch.randn(6, 1)
with torch.no_grad():
    val_loss = F.mse_loss(net(x), y)
""",
    ),
    "prediction without eval": (
        "net.eval()",
        """
net = nn.Sequential(nn.Linear(4, 8), nn.Dropout(), nn.Linear(8, 1))
with torch.no_grad():
    out = net(torch.randn(3, 4))
""",
    ),
    "validate decorated with no_grad": (
        "Dropout layers",
        """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.drop = nn.Dropout(0.3)
        self.fc = nn.Linear(4, 2)
    def forward(self, x):
        return self.fc(self.drop(x))
@torch.no_grad()
def validate(model, batches):
    right = 0
    for x, y in batches:
        out = model(x)
        right += (out.argmax(1) == y).sum().item()
    return right
net = Net()
n = validate(net, [(torch.randn(3, 4), torch.tensor([0, 1, 0]))])
""",
    ),
    "nan of the branch not taken": (
        "where its elements were not taken",
        """
x = torch.tensor([0.0, 4.0], requires_grad=True)
y = torch.where(x > 0, x / x.sqrt(), 0.0 * x)
y.sum().backward()
""",
    ),
    "nan of log in the branch not taken": (
        "where its elements were not taken",
        """
p = torch.tensor([0.0, 0.5], requires_grad=True)
h = torch.where(p > 0, p * torch.log(p), torch.zeros(2))
loss = h.sum()
loss.backward()
""",
    ),
    "square root of zero": (
        "derivative of sqrt is infinite",
        """
a = torch.zeros(3, requires_grad=True)
length = torch.sqrt((a ** 2).sum())
length.backward()
""",
    ),
    "network made again after its optimizer": (
        "made again after opt",
        """
net = nn.Linear(2, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
net = nn.Linear(2, 1)
loss = net(torch.ones(3, 2)).mean()
loss.backward()
opt.step()
""",
    ),
    "loop with an old optimizer": (
        "made again after optimizer",
        """
model = nn.Linear(2, 1)
optimizer = torch.optim.Adam(model.parameters())
model = nn.Sequential(nn.Linear(2, 4), nn.Linear(4, 1))
for _ in range(3):
    optimizer.zero_grad()
    loss = model(torch.ones(3, 2)).mean()
    loss.backward()
    optimizer.step()
""",
    ),
    "head replaced after the optimizer": (
        "still has parameters that net no longer has",
        """
net = nn.Sequential(nn.Linear(2, 4), nn.Linear(4, 3))
opt = torch.optim.SGD(net.parameters(), lr=0.1)
net[1] = nn.Linear(4, 1)
opt.zero_grad()
net(torch.ones(3, 2)).mean().backward()
opt.step()
""",
    ),
    "step without backward": (
        "Call backward() on the loss",
        """
net = nn.Linear(2, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
loss = net(torch.ones(3, 2)).mean()
opt.step()
""",
    ),
    "relu thrown away in forward": (
        "write x = F.relu(x)",
        """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(2, 4), nn.Linear(4, 1)
    def forward(self, x):
        x = self.fc1(x)
        F.relu(x)
        return self.fc2(x)
net = Net()
out = net(torch.ones(3, 2))
""",
    ),
    "conversion thrown away in a function": (
        "write labels = labels.float()",
        """
def prepare(labels):
    labels.float()
    return labels / 10
done = prepare(torch.arange(3))
""",
    ),
    "to a device at the prompt": (
        'write x = x.to("meta")',
        """
x = torch.ones(3)
x.to("meta")
""",
    ),
    "add thrown away in a loop": (
        "write total = total.add(x)",
        """
total = torch.zeros(3)
for x in torch.ones(4, 3):
    total.add(x)
    mean = total / 4
""",
    ),
    "parameter rebound in a loop": (
        "the parameters stay as they are",
        """
net = nn.Linear(2, 1)
def sgd(params, lr):
    for p in params:
        p = p - lr * p.grad
net(torch.ones(3, 2)).sum().backward()
sgd([*net.parameters()], 0.1)
""",
    ),
    "method not called": (
        "write loss.backward()",
        "w = torch.ones(2, requires_grad=True)\nloss = (w * 2).sum()\nloss.backward",
    ),
    "eval not called in a function": (
        "write model.eval()",
        """
def predict(model, x):
    model.eval
    return model(x)
out = predict(nn.Linear(2, 1), torch.ones(1, 2))
""",
    ),
    "a script with main": (
        "clears the gradients",
        """
def main():
    torch.manual_seed(0)
    model = nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    x, y = torch.randn(8, 2), torch.randn(8, 1)
    for epoch in range(3):
        loss = F.mse_loss(model(x), y)
        loss.backward()
        optimizer.step()

main()
""",
    ),
    "own network made in main": (
        "softmax already",
        """
class Net(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.fc = nn.Linear(n, 3)
    def forward(self, x):
        return F.softmax(self.fc(x), dim=-1)

def main():
    net = Net(4)
    criterion = nn.CrossEntropyLoss()
    loss = criterion(net(torch.randn(5, 4)), torch.randint(0, 3, (5,)))
    print(loss.item())

main()
""",
    ),
    "softmax without a dim": (
        "got no dim",
        "import warnings; warnings.simplefilter('ignore')\ns = torch.randn(2, 3, 4)\np = F.softmax(s)",
    ),
    "a leaf made of the loss": (
        "reached no parameter",
        """
net = nn.Linear(2, 1)
out = net(torch.ones(1, 2)).detach()
loss = out.mean().requires_grad_()
loss.backward()
""",
    ),
    "nan of where in a function": (
        "where its elements were not taken",
        """
def safe_root(v):
    return torch.where(v >= 0, v.sqrt(), torch.zeros_like(v))
x = torch.tensor([-1.0, 4.0], requires_grad=True)
loss = safe_root(x).sum()
loss.backward()
""",
    ),
    "nan of a masked root": (
        "where its elements were not taken",
        """
x = torch.tensor([0.0, 4.0], requires_grad=True)
y = (1 / x).masked_fill(x == 0, 0.0)
y.sum().backward()
""",
    ),
    "cleared between backward and step": (
        "between backward() and optimizer.step()",
        """
model = nn.Linear(2, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for _ in range(3):
    loss = model(torch.randn(4, 2)).pow(2).mean()
    loss.backward()
    optimizer.zero_grad()
    optimizer.step()
""",
    ),
    "accuracy of a kept dim": (
        "the comparison is (8, 8)",
        """
net = nn.Linear(4, 3)
x, y = torch.randn(8, 4), torch.randint(0, 3, (8,))
correct = (net(x).argmax(dim=1, keepdim=True) == y).sum().item()
""",
    ),
    "a matrix called transposed": (
        "transpose(0, 1)",
        """
m = torch.tensor([[1, 2, 3], [4, 5, 6]])
transposed = m.view(3, 2)
""",
    ),
    "counting without keeping": (
        "write x = x.add(1)",
        """
x = torch.zeros(1)
for _ in range(3):
    x.add(1)
""",
    ),
    "cleared before the step, line by line": (
        "zero_grad() has cleared the gradients",
        """
net = nn.Linear(2, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
loss = net(torch.ones(3, 2)).mean()
loss.backward()
opt.zero_grad()
opt.step()
""",
    ),
    "huber own": (
        "(10, 1)",
        """
class M(nn.Module):
    def __init__(self):
        super().__init__(); self.l = nn.Linear(2, 1)
    def forward(self, x): return self.l(x)
def huber(p, t):
    e = (p - t).abs()
    return torch.where(e < 1, 0.5 * e ** 2, e - 0.5).mean()
m = M(); v = huber(m(torch.randn(10, 2)), torch.randn(10))
""",
    ),
    "critic": (
        "(8, 1)",
        """
vf = nn.Linear(4, 1); obs, ret = torch.randn(8, 4), torch.randn(8)
adv = ret - vf(obs)
""",
    ),
    "class method train": (
        "clears the gradients",
        """
class T:
    def __init__(self, net):
        self.net = net; self.opt = torch.optim.SGD(net.parameters(), lr=.1)
    def fit(self, x, y, n):
        for _ in range(n):
            loss = F.mse_loss(self.net(x), y)
            loss.backward()
            self.opt.step()
t = T(nn.Linear(2, 1)); t.fit(torch.randn(3, 2), torch.randn(3, 1), 4)
""",
    ),
    "while": (
        "clears the gradients",
        """
net = nn.Linear(2,1); opt = torch.optim.SGD(net.parameters(), .1); i = 0
while i < 3:
    loss = net(torch.ones(2,2)).mean()
    loss.backward()
    opt.step()
    i += 1
""",
    ),
    "softmax method": (
        "softmax already",
        """
class N(nn.Module):
    def __init__(self):
        super().__init__(); self.net = nn.Sequential(nn.Linear(3, 4), nn.Softmax(dim=1))
    def forward(self, x): return self.net(x)
n = N(); crit = nn.CrossEntropyLoss()
for _ in range(2):
    loss = crit(n(torch.randn(2, 3)), torch.tensor([0, 1]))
""",
    ),
    "softmax attr": (
        "softmax already",
        """
class N(nn.Module):
    def __init__(self):
        super().__init__(); self.fc = nn.Linear(3, 4); self.sm = nn.Softmax(dim=1)
    def forward(self, x):
        x = self.fc(x)
        x = self.sm(x)
        return x
n = N(); out = n(torch.randn(2, 3)); loss = nn.CrossEntropyLoss()(out, torch.tensor([0, 1]))
""",
    ),
    "acc with sum": (
        "comparison is",
        """
def acc(out, y):
    pred = out.round()
    return torch.sum(pred == y).item() / len(y)
a = acc(torch.rand(6, 1), torch.ones(6))
""",
    ),
    "view heads fwd": (
        "transpose",
        """
class A(nn.Module):
    def forward(self, x):
        B, T, H, D = x.shape
        return x.view(B, H, T, D)
y = A()(torch.randn(2, 5, 3, 4))
""",
    ),
    "detach forgotten": (
        "write h = h.detach()",
        """
def roll(cell, xs, h):
    outs = []
    for x in xs:
        h = cell(x, h)
        h.detach()
        outs.append(h)
    return outs
o = roll(nn.RNNCell(2, 3), torch.randn(4, 1, 2), torch.zeros(1, 3))
""",
    ),
    "to device in loop": (
        "write x = x",
        """
batches = [torch.ones(2, dtype=torch.int64)] * 2
for x in batches:
    x.to(torch.float32)
    y = x / 3
""",
    ),
    "module list dict comp": (
        "ModuleDict",
        """
class H(nn.Module):
    def __init__(self, names):
        super().__init__()
        self.heads = {n: nn.Linear(2, 1) for n in names}
h = H(["a", "b"])
""",
    ),
    "sum loss += / n": (
        "item()",
        """
net = nn.Linear(2,1); opt = torch.optim.SGD(net.parameters(), .1); epoch_loss = 0
for i in range(3):
    opt.zero_grad(); loss = net(torch.ones(2,2)).mean(); loss.backward(); opt.step()
    epoch_loss += loss / 3
""",
    ),
    "new weights": (
        "opt",
        """
w = torch.ones(2, requires_grad=True); opt = torch.optim.SGD([w], lr=.1)
w = torch.zeros(2, requires_grad=True)
loss = ((w - 1) ** 2).sum(); loss.backward()
opt.step()
""",
    ),
    "evaluate bn": (
        "BatchNorm",
        """
class C(nn.Module):
    def __init__(self):
        super().__init__(); self.b = nn.BatchNorm1d(3); self.f = nn.Linear(3, 2)
    def forward(self, x): return self.f(self.b(x))
c = C()
def test(m, x, y):
    correct = 0
    with torch.no_grad():
        for a, b in zip(x, y):
            out = m(a)
            _, pred = torch.max(out, 1)
            correct += (pred == b).sum().item()
    return correct
n = test(c, [torch.randn(4, 3)] * 2, [torch.zeros(4).long()] * 2)
""",
    ),
    "norm zero": (
        "nan",
        """
x = torch.zeros(2, requires_grad=True)
d = (x ** 2).sum() ** 0.5
d.backward()
""",
    ),
    "log where": (
        "nan",
        """
logits = torch.tensor([0., 2.], requires_grad=True)
def f(v): return torch.where(v > 0, torch.log(v), v * 0)
f(logits).sum().backward()
""",
    ),
    "no zero_grad in a loop over a generator": (
        "opt.zero_grad() before net(x).mean().backward()",
        """
net = nn.Linear(3, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.01)
def stream():
    for i in range(3):
        yield torch.randn(4, 3)
for x in stream():
    net(x).mean().backward()
    opt.step()
""",
    ),
    "a data set of one's own": (
        "opt.zero_grad()",
        """
from torch.utils.data import DataLoader, Dataset
class Steps(Dataset):
    def __len__(self):
        return 8
    def __getitem__(self, at):
        return torch.ones(3) * at, torch.tensor(float(at))
net = nn.Linear(3, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.01)
def train(loader):
    for x, y in loader:
        loss = F.mse_loss(net(x).squeeze(1), y)
        loss.backward()
        opt.step()
train(DataLoader(Steps(), batch_size=4))
""",
    ),
}
