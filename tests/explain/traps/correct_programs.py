"""Programs that do what was meant, in the ways of tutorials and papers: of none of them a warning is said."""

CORRECT: dict[str, str] = {
    "GAN, one step": """
G, D = nn.Sequential(nn.Linear(2, 4), nn.BatchNorm1d(4), nn.Linear(4, 2)), nn.Linear(2, 1)
optG, optD = torch.optim.Adam(G.parameters()), torch.optim.Adam(D.parameters())
bce = nn.BCEWithLogitsLoss()
for _ in range(2):
    real, z = torch.randn(8, 2), torch.randn(8, 2)
    optD.zero_grad()
    bce(D(real), torch.ones(8, 1)).backward()
    with torch.no_grad():
        fake = G(z)
    bce(D(fake), torch.zeros(8, 1)).backward()
    optD.step()
    optG.zero_grad()
    loss = bce(D(G(z)), torch.ones(8, 1))
    loss.backward()
    optG.step()
""",
    "GAN, line by line": """
G, D = nn.Linear(2, 2), nn.Linear(2, 1)
optG, optD = torch.optim.Adam(G.parameters()), torch.optim.Adam(D.parameters())
fake = G(torch.randn(4, 2))
lossD = F.binary_cross_entropy_with_logits(D(fake.detach()), torch.zeros(4, 1))
lossD.backward()
lossD2 = F.binary_cross_entropy_with_logits(D(torch.randn(4, 2)), torch.ones(4, 1))
lossD2.backward()
optD.step()
optD.zero_grad()
lossG = F.binary_cross_entropy_with_logits(D(fake), torch.ones(4, 1))
lossG.backward()
optG.step()
""",
    "gradient accumulation in a loop": """
net = nn.Linear(3, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
opt.zero_grad()
for i in range(8):
    loss = net(torch.randn(4, 3)).pow(2).mean() / 4
    loss.backward()
    if (i + 1) % 4 == 0:
        opt.step()
        opt.zero_grad()
""",
    "gradient accumulation, then one step": """
net = nn.Linear(3, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
for i in range(4):
    loss = net(torch.randn(4, 3)).pow(2).mean() / 4
    loss.backward()
opt.step()
opt.zero_grad()
""",
    "several losses, one step": """
net = nn.Linear(3, 2)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
for _ in range(3):
    opt.zero_grad()
    out = net(torch.randn(4, 3))
    out.pow(2).mean().backward(retain_graph=True)
    out.abs().mean().backward()
    opt.step()
""",
    "micro batches by hand": """
w = torch.ones(3, requires_grad=True)
(w * 2).sum().backward()
(w * 3).sum().backward()
with torch.no_grad():
    w -= 0.1 * w.grad

w.grad = None
""",
    "clear after the step": """
net = nn.Linear(3, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
loss = net(torch.randn(4, 3)).mean()
loss.backward()
opt.step()
opt.zero_grad()
loss = net(torch.randn(4, 3)).mean()
loss.backward()
opt.step()
net.zero_grad(set_to_none=False)
loss = net(torch.randn(4, 3)).mean()
loss.backward()
""",
    "large gradient cleared by zero_": """
w = torch.ones(200, 100, requires_grad=True)
(w * 2).sum().backward()
with torch.no_grad():
    w -= 0.1 * w.grad

w.grad.zero_();
(w * 3).sum().backward()
""",
    "gradient looked at through numpy, then cleared": """
x = torch.ones(3, requires_grad=True)
(x * 2).sum().backward()
x.grad.numpy();
x.grad.zero_();
(x * 3).sum().backward()
x.grad.zero_();
(x * 5).sum().backward()
""",
    "gradients cleared in a helper": """
def clear(params):
    for p in params:
        p.grad = None
net = nn.Linear(2, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
for _ in range(3):
    clear(net.parameters())
    net(torch.randn(4, 2)).pow(2).mean().backward()
    opt.step()
""",
    "a new network each round": """
results = []
for seed in range(3):
    net = nn.Linear(2, 1)
    opt = torch.optim.SGD(net.parameters(), lr=0.1)
    loss = net(torch.randn(4, 2)).pow(2).mean()
    loss.backward()
    opt.step()
    results.append(loss.item())
""",
    "a function that makes and trains, called in a loop": """
def one_step(lr):
    net = nn.Linear(2, 1)
    opt = torch.optim.SGD(net.parameters(), lr=lr)
    loss = net(torch.randn(4, 2)).pow(2).mean()
    loss.backward()
    opt.step()
    return loss.item()
found = [one_step(lr) for lr in (0.1, 0.01)]
for lr in (0.1, 0.01):
    one_step(lr)
""",
    "autograd.grad by hand": """
w = torch.randn(3, requires_grad=True)
x, y = torch.randn(8, 3), torch.randn(8)
for _ in range(5):
    loss = ((x @ w - y) ** 2).mean()
    g, = torch.autograd.grad(loss, w)
    w = (w - 0.1 * g).detach().requires_grad_()
""",
    "autograd.grad at the prompt": """
w = torch.randn(3, requires_grad=True)
g, = torch.autograd.grad((w ** 2).sum(), w)
w = w - 0.1 * g
v = w.sum()
""",
    "MAML": """
net = nn.Linear(1, 1)
meta = torch.optim.Adam(net.parameters())
for task in range(2):
    meta.zero_grad()
    x, y = torch.randn(5, 1), torch.randn(5, 1)
    loss = F.mse_loss(net(x), y)
    grads = torch.autograd.grad(loss, net.parameters(), create_graph=True)
    fast = [p - 0.1 * g for p, g in zip(net.parameters(), grads)]
    outer = F.mse_loss(F.linear(x, fast[0], fast[1]), y)
    outer.backward()
    meta.step()
""",
    "x = layer(x)": """
layer1, layer2 = nn.Linear(3, 3), nn.Linear(3, 1)
x = torch.ones(2, 3)
x = layer1(x)
x = torch.relu(x)
x = layer2(x)
""",
    "hidden state of a cell": """
cell = nn.RNNCell(2, 3)
h = torch.zeros(1, 3)
for t in range(3):
    h = cell(torch.ones(1, 2), h)

h = h.detach()
""",
    "a leaf doubled on purpose": """
a = torch.ones(2, requires_grad=True)
a = a * 2
b = a.sum()
b.backward()
""",
    "retain_grad": """
x = torch.ones(3, requires_grad=True)
y = x * 2
y.retain_grad()
y.sum().backward()
y.grad
print(x.grad, y.grad)
""",
    "k-means": """
points = torch.rand(20, 2)
centres = points[:4].clone()
for _ in range(3):
    dist = ((points[:, None, :] - centres[None]) ** 2).sum(-1)
    nearest = dist.argmin(1)
    centres = torch.stack([points[nearest == k].mean(0) for k in range(4)])
""",
    "pairwise distances in one dimension": """
a = torch.rand(6)
d = (a[:, None] - a).abs()
mean = (a[:, None] - a).abs().mean()
e = (a.unsqueeze(1) - a.unsqueeze(0)).pow(2).sum()
""",
    "pairwise distances of names": """
rows = torch.rand(6).unsqueeze(1)
cols = torch.rand(6)
spread = (rows - cols).abs().mean()
""",
    "kernel": """
x = torch.linspace(0, 1, 6).unsqueeze(1)
K = torch.exp(-((x - x.T) ** 2))
K2 = torch.exp(-((x - x.squeeze()) ** 2))
total = ((x - x.squeeze()) ** 2).mean()
""",
    "RBF layer": """
class RBF(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.centres = nn.Parameter(torch.linspace(-1, 1, n))
    def forward(self, x):
        return torch.exp(-((x - self.centres) ** 2))
net = nn.Sequential(RBF(8), nn.Linear(8, 1))
out = net(torch.randn(8, 1))
""",
    "integer grid": """
T = 5
i = torch.arange(T)[:, None]
j = torch.arange(T)
rel = i - j
mask = rel < 0
near = (i - j).abs().sum()
""",
    "grid of literals": """
starts = torch.tensor([[0.0], [2.0], [5.0]])
events = torch.tensor([1.0, 3.0, 4.0])
delay = events - starts
late = (events - starts).mean()
""",
    "contrastive labels": """
labels = torch.tensor([0, 1, 0, 2])
same = labels[:, None] == labels
pairs = (labels.unsqueeze(1) == labels).sum()
column = labels.view(-1, 1)
mask = torch.eq(column, column.T).float()
positives = mask.sum(1)
""",
    "one-hot by comparison": """
classes = torch.arange(4)
labels = torch.tensor([[1], [0], [3], [2]])
one_hot = (labels == classes).float()
per_class = (labels == classes).sum(0)
""",
    "accuracy as it should be": """
net = nn.Linear(4, 3)
x, y = torch.randn(8, 4), torch.randint(0, 3, (8,))
with torch.no_grad():
    acc = (net(x).argmax(1) == y).float().mean()

right = (net(x).squeeze() .argmax(1) == y).sum().item()
""",
    "regression with columns": """
net = nn.Linear(2, 1)
x, y = torch.randn(8, 2), torch.randn(8)
loss = F.mse_loss(net(x).squeeze(1), y)
loss2 = ((net(x) - y[:, None]) ** 2).mean()
loss3 = F.mse_loss(net(x), y.unsqueeze(1))
loss4 = F.mse_loss(net(x), y.view(-1, 1))
""",
    "mse to a scalar": """
out = torch.rand(4, 3, requires_grad=True)
loss = F.mse_loss(out, torch.zeros_like(out))
gap = (out - out.mean(dim=1, keepdim=True)).pow(2).mean()
var = ((out - out.mean()) ** 2).mean()
""",
    "normalising": """
x = torch.randn(10, 4)
x = (x - x.mean(0)) / x.std(0)
rows = x - x.mean(1, keepdim=True)
""",
    "attention": """
class Head(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.out = nn.Linear(dim, dim)
    def forward(self, x):
        B, T, C = x.shape
        q, k, v = self.qkv(x).chunk(3, dim=-1)
        q = q.view(B, T, self.heads, C // self.heads).transpose(1, 2)
        k = k.view(B, T, self.heads, C // self.heads).transpose(1, 2)
        v = v.view(B, T, self.heads, C // self.heads).transpose(1, 2)
        att = (q @ k.transpose(-2, -1)) / (C // self.heads) ** 0.5
        mask = torch.tril(torch.ones(T, T)).bool()
        att = att.masked_fill(~mask, float("-inf"))
        att = F.softmax(att, dim=-1)
        y = (att @ v).transpose(1, 2).contiguous().view(B, T, C)
        return self.out(y)
net = Head(8, 2)
out = net(torch.randn(2, 5, 8))
""",
    "language model": """
class Bigram(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.table = nn.Embedding(n, n)
    def forward(self, idx, targets=None):
        logits = self.table(idx)
        if targets is None:
            return logits, None
        B, T, C = logits.shape
        loss = F.cross_entropy(logits.view(B * T, C), targets.view(B * T))
        return logits, loss
    def generate(self, idx, n):
        for _ in range(n):
            logits, loss = self(idx)
            probs = F.softmax(logits[:, -1, :], dim=-1)
            idx = torch.cat((idx, torch.multinomial(probs, 1)), dim=1)
        return idx
m = Bigram(7)
opt = torch.optim.AdamW(m.parameters())
xb, yb = torch.randint(0, 7, (2, 4)), torch.randint(0, 7, (2, 4))
for step in range(3):
    logits, loss = m(xb, yb)
    opt.zero_grad(set_to_none=True)
    loss.backward()
    opt.step()

text = m.generate(torch.zeros(1, 1, dtype=torch.long), 3)
""",
    "RNN over time, truncated": """
rnn = nn.LSTM(2, 4, batch_first=True)
head = nn.Linear(4, 1)
opt = torch.optim.Adam([*rnn.parameters(), *head.parameters()])
state = None
for chunk in torch.randn(3, 2, 5, 2):
    opt.zero_grad()
    out, state = rnn(chunk, state)
    state = tuple(each.detach() for each in state)
    loss = head(out).pow(2).mean()
    loss.backward()
    opt.step()
""",
    "validation loop": """
from torch.utils.data import DataLoader, TensorDataset
data = TensorDataset(torch.randn(12, 4), torch.randint(0, 3, (12,)))
train_loader, val_loader = DataLoader(data, batch_size=4, shuffle=True), DataLoader(data, batch_size=4)
net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Dropout(0.2), nn.Linear(8, 3))
opt, loss_fn = torch.optim.Adam(net.parameters()), nn.CrossEntropyLoss()
for epoch in range(2):
    net.train()
    total = 0.0
    for x, y in train_loader:
        opt.zero_grad()
        loss = loss_fn(net(x), y)
        loss.backward()
        opt.step()
        total += loss.item() * len(x)
    net.eval()
    right = 0
    with torch.no_grad():
        for x, y in val_loader:
            right += (net(x).argmax(dim=1) == y).sum().item()
    print(total / len(data), right / len(data))
""",
    "train and test functions of the tutorials": """
from torch.utils.data import DataLoader, TensorDataset
loader = DataLoader(TensorDataset(torch.randn(12, 4), torch.randint(0, 3, (12,))), batch_size=4)
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.flatten = nn.Flatten()
        self.stack = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Dropout(0.1), nn.Linear(8, 3))
    def forward(self, x):
        x = self.flatten(x)
        return self.stack(x)
def train(dataloader, model, loss_fn, optimizer):
    size = len(dataloader.dataset)
    model.train()
    for batch, (X, y) in enumerate(dataloader):
        X, y = X.to(device), y.to(device)
        pred = model(X)
        loss = loss_fn(pred, y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        if batch % 100 == 0:
            loss, current = loss.item(), (batch + 1) * len(X)
            print(f"loss: {loss:>7f}  [{current:>5d}/{size:>5d}]")
def test(dataloader, model, loss_fn):
    model.eval()
    test_loss, correct = 0, 0
    with torch.no_grad():
        for X, y in dataloader:
            pred = model(X.to(device))
            test_loss += loss_fn(pred, y).item()
            correct += (pred.argmax(1) == y).type(torch.float).sum().item()
    print(correct / len(dataloader.dataset))
model = Net().to(device)
loss_fn = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
for t in range(2):
    train(loader, model, loss_fn, optimizer)
    test(loader, model, loss_fn)
""",
    "EMA of weights": """
import copy
net = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
ema = copy.deepcopy(net)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
for _ in range(2):
    opt.zero_grad()
    net(torch.randn(4, 2)).pow(2).mean().backward()
    opt.step()
    with torch.no_grad():
        for e, p in zip(ema.parameters(), net.parameters()):
            e.mul_(0.9).add_(p, alpha=0.1)
""",
    "mean teacher": """
student, teacher = nn.Sequential(nn.Linear(2, 2), nn.Dropout(0.1)), nn.Sequential(nn.Linear(2, 2), nn.Dropout(0.1))
opt = torch.optim.SGD(student.parameters(), lr=0.1)
for _ in range(2):
    x = torch.randn(4, 2)
    with torch.no_grad():
        target = teacher(x)
    loss = F.mse_loss(student(x), target)
    opt.zero_grad()
    loss.backward()
    opt.step()
""",
    "Monte Carlo dropout": """
net = nn.Sequential(nn.Linear(2, 8), nn.Dropout(0.5), nn.Linear(8, 1))
x = torch.randn(3, 2)
net.train()
with torch.no_grad():
    samples = torch.stack([net(x) for _ in range(10)])

mean, std = samples.mean(0), samples.std(0)
""",
    "refresh of the batch norm": """
net = nn.Sequential(nn.Linear(2, 4), nn.BatchNorm1d(4))
with torch.no_grad():
    for x in torch.randn(3, 8, 2):
        net(x)
""",
    "evaluation in eval mode": """
net = nn.Sequential(nn.Linear(2, 4), nn.Dropout(0.2), nn.Linear(4, 2))
def predict(model, x):
    model.eval()
    with torch.inference_mode():
        return model(x).argmax(1)
labels = predict(net, torch.randn(3, 2))
net.eval()
with torch.no_grad():
    out = net(torch.randn(3, 2))
""",
    "REINFORCE": """
policy = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2), nn.Softmax(dim=-1))
opt = torch.optim.Adam(policy.parameters())
log_probs, rewards = [], []
for t in range(5):
    probs = policy(torch.randn(4))
    action = torch.multinomial(probs, 1)
    log_probs.append(torch.log(probs[action]))
    rewards.append(1.0)

returns = torch.tensor(rewards).flip(0).cumsum(0).flip(0)
loss = -(torch.cat(log_probs) * returns).sum()
opt.zero_grad()
loss.backward()
opt.step()
""",
    "actor critic with a sum of losses": """
net = nn.Linear(4, 1)
opt = torch.optim.Adam(net.parameters())
total = 0
for t in range(5):
    value = net(torch.randn(4))
    loss = (1.0 - value).pow(2).mean()
    total = total + loss

opt.zero_grad()
total.backward()
opt.step()
""",
    "sum of losses in a function": """
def episode(net, opt, xs):
    losses = []
    loss = 0
    for x in xs:
        part = net(x).pow(2).mean()
        losses.append(part)
        loss += part
    opt.zero_grad()
    loss.backward()
    opt.step()
    return sum(each.item() for each in losses)
net = nn.Linear(2, 1)
done = episode(net, torch.optim.SGD(net.parameters(), lr=0.1), torch.randn(3, 4, 2))
""",
    "DQN": """
q, target = nn.Linear(4, 2), nn.Linear(4, 2)
opt = torch.optim.Adam(q.parameters())
s, s2, a, r = torch.rand(5, 4), torch.rand(5, 4), torch.zeros(5, 1, dtype=torch.long), torch.rand(5)
with torch.no_grad():
    goal = r + 0.99 * target(s2).max(1).values

pick = q(s).gather(1, a).squeeze(1)
loss = F.smooth_l1_loss(pick, goal)
opt.zero_grad()
loss.backward()
opt.step()
target.load_state_dict(q.state_dict())
""",
    "VAE": """
class VAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc = nn.Linear(8, 4)
        self.dec = nn.Linear(2, 8)
    def forward(self, x):
        mu, logvar = self.enc(x).chunk(2, dim=1)
        z = mu + torch.randn_like(mu) * torch.exp(0.5 * logvar)
        return torch.sigmoid(self.dec(z)), mu, logvar
def loss_function(recon, x, mu, logvar):
    bce = F.binary_cross_entropy(recon, x, reduction="sum")
    kld = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
    return bce + kld
model = VAE()
opt = torch.optim.Adam(model.parameters())
train_loss = 0
for data in torch.rand(3, 5, 8):
    opt.zero_grad()
    recon, mu, logvar = model(data)
    loss = loss_function(recon, data, mu, logvar)
    loss.backward()
    train_loss += loss.item()
    opt.step()
""",
    "frozen body, new head": """
body, head = nn.Linear(4, 8), nn.Linear(8, 2)
for p in body.parameters():
    p.requires_grad = False

opt = torch.optim.SGD(head.parameters(), lr=0.1)
loss = head(body(torch.randn(3, 4))).mean()
loss.backward()
opt.step()
""",
    "only the head is trained": """
net = nn.Sequential(nn.Linear(4, 8), nn.Linear(8, 2))
net[1] = nn.Linear(8, 3)
opt = torch.optim.SGD(net[1].parameters(), lr=0.1)
opt.zero_grad()
net(torch.randn(3, 4)).mean().backward()
opt.step()
""",
    "two optimizers for one network": """
net = nn.Sequential(nn.Linear(4, 8), nn.Linear(8, 2))
fast, slow = torch.optim.Adam(net[1].parameters()), torch.optim.SGD(net[0].parameters(), lr=0.01)
for _ in range(2):
    fast.zero_grad(); slow.zero_grad()
    net(torch.randn(3, 4)).mean().backward()
    fast.step(); slow.step()
""",
    "custom autograd function": """
class Square(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x
    @staticmethod
    def backward(ctx, grad):
        x, = ctx.saved_tensors
        return 2 * x * grad
x = torch.ones(3, requires_grad=True)
y = Square.apply(x)
y.sum().backward()
x.grad
""",
    "scheduler": """
net = nn.Linear(2, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
sched = torch.optim.lr_scheduler.StepLR(opt, step_size=1, gamma=0.5)
for epoch in range(3):
    opt.zero_grad()
    net(torch.randn(4, 2)).pow(2).mean().backward()
    opt.step()
    sched.step()
""",
    "only the scheduler is shown": """
net = nn.Linear(2, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
sched = torch.optim.lr_scheduler.ExponentialLR(opt, 0.9)
opt.step()
sched.step()
rates = []
for _ in range(3):
    opt.step()
    sched.step()
    rates.append(sched.get_last_lr()[0])
""",
    "LBFGS with a closure": """
x = torch.zeros(2, requires_grad=True)
opt = torch.optim.LBFGS([x])
def closure():
    opt.zero_grad()
    loss = ((x - 1) ** 2).sum()
    loss.backward()
    return loss
for _ in range(3):
    opt.step(closure)
""",
    "clipping of gradients": """
net = nn.Linear(2, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
for _ in range(3):
    opt.zero_grad()
    net(torch.randn(4, 2)).pow(2).mean().backward()
    nn.utils.clip_grad_norm_(net.parameters(), 1.0)
    opt.step()
""",
    "weights from scratch": """
w, b = torch.randn(2, 1, requires_grad=True), torch.zeros(1, requires_grad=True)
x, y = torch.randn(10, 2), torch.randn(10, 1)
def net(x):
    return x @ w + b
def squared_loss(pred, y):
    return (pred - y.reshape(pred.shape)) ** 2 / 2
def sgd(params, lr, n):
    with torch.no_grad():
        for p in params:
            p -= lr * p.grad / n
            p.grad.zero_()
for epoch in range(3):
    l = squared_loss(net(x), y)
    l.sum().backward()
    sgd([w, b], 0.03, 10)
    with torch.no_grad():
        train_l = squared_loss(net(x), y)
    print(float(train_l.mean()))
""",
    "item after backward": """
net = nn.Linear(2, 1)
loss = net(torch.rand(3, 2)).pow(2).mean()
loss.backward()
loss = loss.detach()
loss = loss.item()
""",
    "policy with probabilities": """
pi = nn.Linear(4, 2)
probs = torch.softmax(pi(torch.rand(1, 4)), dim=1)
act = torch.multinomial(probs, 1)
loss = -probs.log().gather(1, act).mean()
loss.backward()
""",
    "softmax for display": """
net = nn.Sequential(nn.Linear(4, 3))
logits = net(torch.rand(2, 4))
probs = logits.softmax(1)
loss = F.cross_entropy(logits, torch.tensor([0, 2]))
nll = F.nll_loss(torch.log(probs), torch.tensor([0, 2]))
nll2 = F.nll_loss(F.log_softmax(net(torch.rand(2, 4)), dim=1), torch.tensor([0, 2]))
""",
    "log softmax in forward with NLLLoss": """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(4, 8), nn.Linear(8, 3)
    def forward(self, x):
        x = torch.relu(self.fc1(x))
        return F.log_softmax(self.fc2(x), dim=1)
net = Net()
loss = F.nll_loss(net(torch.randn(4, 4)), torch.tensor([0, 1, 2, 0]))
""",
    "a network that gives logits in training and probabilities else": """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 3)
    def forward(self, x):
        x = self.fc(x)
        return x if self.training else F.softmax(x, dim=1)
net = Net()
loss = F.cross_entropy(net(torch.randn(4, 4)), torch.tensor([0, 1, 2, 0]))
""",
    "distillation": """
student, teacher = nn.Linear(4, 3), nn.Linear(4, 3)
x = torch.randn(5, 4)
with torch.no_grad():
    soft = F.softmax(teacher(x) / 2, dim=1)

loss = F.cross_entropy(student(x), soft) + F.kl_div(F.log_softmax(student(x) / 2, dim=1), soft, reduction="batchmean")
""",
    "layers shared through a list": """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(2, 2), nn.Linear(2, 2)
        self.order = [self.a, self.b]
        self.sizes = [2, 2]
        self.more = nn.ModuleList([nn.Linear(2, 2)])
    def forward(self, x):
        for layer in self.order:
            x = layer(x)
        return x
net = Net()
out = net(torch.ones(1, 2))
""",
    "a teacher hidden in a list": """
class Student(nn.Module):
    def __init__(self, teacher):
        super().__init__()
        self.teacher = [teacher]
        self.fc = nn.Linear(2, 2)
net = Student(nn.Linear(2, 2))
""",
    "reshape demos": """
a = torch.arange(6).reshape(2, 3)
b = a.reshape(3, 2)
c = torch.arange(24).view(2, 3, 4)
d = c.view(4, 3, 2)
e = torch.randn(1, 7).view(7, 1)
f = torch.randn(4, 4).reshape(2, 8)
g = torch.randn(2, 3).reshape(-1)
""",
    "channel shuffle": """
def shuffle(x, groups):
    b, c, h, w = x.shape
    x = x.view(b, groups, c // groups, h, w)
    x = x.transpose(1, 2).contiguous()
    return x.view(b, c, h, w)
out = shuffle(torch.randn(2, 6, 4, 5), 3)
""",
    "relative shift": """
def rel_shift(x):
    b, h, t, k = x.shape
    pad = torch.zeros(b, h, t, 1)
    padded = torch.cat([pad, x], dim=-1)
    padded = padded.view(b, h, k + 1, t)
    return padded[:, :, 1:].reshape(b, h, t, k)
out = rel_shift(torch.randn(1, 2, 3, 5))
""",
    "flatten a copy": """
m = torch.arange(6).reshape(2, 3).T
flat = m.reshape(-1)
flat[0] = 100
""",
    "shown at the prompt": """
x = torch.arange(3)
x.float()
x.add(1)
x.reshape(3, 1)
y = x / 2
x.to(torch.float64)
x.to(device)
""",
    "timing": """
import time
a, b = torch.randn(8, 8), torch.randn(8, 8)
net = nn.Linear(8, 8)
start = time.perf_counter()
for _ in range(10):
    torch.relu(a)
    a.add(b)
    net(a)
took = time.perf_counter() - start
""",
    "modules move in place": """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(2, 1)
def setup(net):
    net.to(device)
    net.double()
    return net
net = setup(Net())
""",
    "double where": """
x = torch.tensor([-1.0, 4.0], requires_grad=True)
safe = torch.where(x > 0, x, torch.ones_like(x))
y = torch.where(x > 0, safe.sqrt(), x)
y.sum().backward()
""",
    "nan that is cleaned": """
hits, tries = torch.tensor([1.0, 0.0]), torch.tensor([2.0, 0.0])
rate = hits / tries
rate = rate.nan_to_num(0.0)
""",
    "mask with -inf": """
scores = torch.rand(3, 3)
mask = torch.triu(torch.ones(3, 3, dtype=torch.bool), 1)
scores = scores.masked_fill(mask, float("-inf"))
w = scores.softmax(-1)
bias = torch.zeros(3, 3).masked_fill(mask, -torch.inf)
""",
    "adversarial example": """
net = nn.Linear(4, 2)
x = torch.randn(1, 4, requires_grad=True)
loss = F.cross_entropy(net(x), torch.tensor([0]))
loss.backward()
adv = (x + 0.1 * x.grad.sign()).detach()
out = net(adv)
""",
    "gradient penalty": """
critic = nn.Linear(2, 1)
opt = torch.optim.Adam(critic.parameters())
for _ in range(2):
    real, fake = torch.randn(4, 2), torch.randn(4, 2)
    eps = torch.rand(4, 1)
    mix = (eps * real + (1 - eps) * fake).requires_grad_(True)
    grads = torch.autograd.grad(critic(mix).sum(), mix, create_graph=True)[0]
    gp = ((grads.norm(2, dim=1) - 1) ** 2).mean()
    loss = critic(fake).mean() - critic(real).mean() + 10 * gp
    opt.zero_grad()
    loss.backward()
    opt.step()
""",
    "style transfer of an image": """
image = torch.rand(1, 3, 4, 4, requires_grad=True)
opt = torch.optim.Adam([image], lr=0.1)
for step in range(3):
    opt.zero_grad()
    loss = (image - 0.5).pow(2).mean()
    loss.backward()
    opt.step()
    with torch.no_grad():
        image.clamp_(0, 1)
""",
    "ensemble by hand": """
nets = [nn.Linear(2, 1) for _ in range(3)]
opts = [torch.optim.SGD(net.parameters(), lr=0.1) for net in nets]
for net, opt in zip(nets, opts):
    loss = net(torch.randn(4, 2)).pow(2).mean()
    loss.backward()
    opt.step()
""",
    "a trainer class": """
class Trainer:
    def __init__(self, model):
        self.model = model
        self.opt = torch.optim.SGD(model.parameters(), lr=0.1)
        self.history = []
    def step(self, x, y):
        self.opt.zero_grad()
        loss = F.mse_loss(self.model(x), y)
        loss.backward()
        self.opt.step()
        self.history.append(loss.item())
    def fit(self, batches):
        for x, y in batches:
            self.step(x, y)
t = Trainer(nn.Linear(2, 1))
t.fit([(torch.randn(4, 2), torch.randn(4, 1)) for _ in range(3)])
""",
    "whole numbers into counts": """
counts = torch.zeros(3, dtype=torch.long)
counts[0] = 4.0
counts[1] += 1
counts += torch.bincount(torch.tensor([0, 1, 1]), minlength=3)
""",
    "stepwise learning by hand": """
w = torch.tensor(1.0, requires_grad=True)
for _ in range(3):
    loss = (w - 3) ** 2
    loss.backward()
    w.data -= 0.1 * w.grad
    w.grad.data.zero_()

with torch.no_grad():
    w = w - 0.1 * 2
""",
    "residual block": """
class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 3, padding=1)
        self.bn = nn.BatchNorm2d(3)
    def forward(self, x):
        out = F.relu(self.bn(self.conv(x)))
        out += x
        return F.relu(out, inplace=True)
net = nn.Sequential(Block(), Block(), nn.Flatten(), nn.Linear(48, 2))
out = net(torch.randn(2, 3, 4, 4))
""",
    "early stopping": """
net = nn.Linear(2, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
best = float("inf")
for epoch in range(5):
    opt.zero_grad()
    loss = net(torch.randn(4, 2)).pow(2).mean()
    loss.backward()
    opt.step()
    with torch.no_grad():
        val = net(torch.randn(4, 2)).pow(2).mean().item()
    if val < best:
        best = val
    else:
        break
""",
    "loss kept for a plot, detached": """
net = nn.Linear(2, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
curve = []
for _ in range(3):
    opt.zero_grad()
    loss = net(torch.randn(4, 2)).pow(2).mean()
    loss.backward()
    opt.step()
    loss = loss.detach()
    curve.append(loss)
""",
    "quantile": """
q = torch.tensor([[0.1],[0.5],[0.9]])
pred, y = torch.randn(3, 7, requires_grad=True), torch.randn(7)
err = y - pred
loss = torch.maximum(q * err, (q - 1) * err).mean()
loss.backward()
""",
    "triplet": """
emb = nn.Linear(4, 2)(torch.randn(6, 4))
labels = torch.tensor([0,0,1,1,2,2])
dist = torch.cdist(emb, emb)
same = labels.unsqueeze(0) == labels.unsqueeze(1)
loss = F.relu(dist[same].mean() - dist[~same].mean() + 1)
loss.backward()
""",
    "simclr": """
def nt_xent(z, t=0.5):
    z = F.normalize(z, dim=1)
    sim = z @ z.T / t
    n = sim.size(0)
    sim = sim.masked_fill(torch.eye(n).bool(), -1e9)
    target = torch.arange(n).view(2, -1).flip(0).reshape(-1)
    return F.cross_entropy(sim, target)
l = nt_xent(torch.randn(8, 4, requires_grad=True))
l.backward()
""",
    "ppo": """
net = nn.Linear(4, 2); vf = nn.Linear(4, 1)
opt = torch.optim.Adam([*net.parameters(), *vf.parameters()])
obs, act, adv, ret = torch.randn(16,4), torch.randint(0,2,(16,)), torch.randn(16), torch.randn(16)
with torch.no_grad():
    old = torch.distributions.Categorical(logits=net(obs)).log_prob(act)

for _ in range(3):
    dist = torch.distributions.Categorical(logits=net(obs))
    ratio = (dist.log_prob(act) - old).exp()
    pl = -torch.min(ratio * adv, ratio.clamp(.8, 1.2) * adv).mean()
    v = vf(obs).squeeze(-1)
    loss = pl + 0.5 * (v - ret).pow(2).mean() - 0.01 * dist.entropy().mean()
    opt.zero_grad(); loss.backward(); opt.step()
""",
    "diffusion": """
model = nn.Sequential(nn.Linear(3, 8), nn.SiLU(), nn.Linear(8, 2))
opt = torch.optim.Adam(model.parameters())
betas = torch.linspace(1e-4, .02, 10); alphas = (1 - betas).cumprod(0)
for step in range(3):
    x0 = torch.randn(10, 2); t = torch.randint(0, 10, (10,)); noise = torch.randn_like(x0)
    a = alphas[t][:, None]
    xt = a.sqrt() * x0 + (1 - a).sqrt() * noise
    pred = model(torch.cat([xt, t[:, None] / 10], 1))
    loss = F.mse_loss(pred, noise)
    opt.zero_grad(); loss.backward(); opt.step()
""",
    "gram": """
feat = torch.randn(2, 3, 4, 5)
b, c, h, w = feat.shape
f = feat.view(b * c, h * w)
G = f @ f.t() / (b * c * h * w)
target = torch.zeros(6, 6)
style = F.mse_loss(G, target)
""",
    "pos enc": """
class PE(nn.Module):
    def __init__(self, d, n=10):
        super().__init__()
        pos = torch.arange(n).unsqueeze(1)
        div = torch.exp(torch.arange(0, d, 2) * (-9.2 / d))
        pe = torch.zeros(n, 1, d)
        pe[:, 0, 0::2] = torch.sin(pos * div)
        pe[:, 0, 1::2] = torch.cos(pos * div)
        self.register_buffer('pe', pe)
    def forward(self, x):
        return x + self.pe[:x.size(0)]
m = PE(4)
out = m(torch.randn(5, 2, 4))
""",
    "seq2seq loss sum": """
enc, dec = nn.GRU(3, 4), nn.GRUCell(3, 4); head = nn.Linear(4, 5)
opt = torch.optim.SGD([*enc.parameters(), *dec.parameters(), *head.parameters()], lr=.1)
for it in range(2):
    opt.zero_grad()
    _, h = enc(torch.randn(6, 2, 3)); h = h[0]
    loss = 0
    for t in range(4):
        h = dec(torch.randn(2, 3), h)
        loss += F.cross_entropy(head(h), torch.randint(0, 5, (2,)))
    loss.backward()
    opt.step()
    print(loss.item() / 4)
""",
    "two networks one backward": """
a, b = nn.Linear(2,2), nn.Linear(2,1)
oa, ob = torch.optim.SGD(a.parameters(), .1), torch.optim.SGD(b.parameters(), .1)
for _ in range(3):
    oa.zero_grad(); ob.zero_grad()
    loss = b(a(torch.randn(4,2))).mean()
    loss.backward()
    oa.step(); ob.step()
""",
    "lr finder": """
net = nn.Linear(2,1); opt = torch.optim.SGD(net.parameters(), lr=1e-4)
losses = []
for i in range(5):
    for g in opt.param_groups: g['lr'] *= 2
    loss = net(torch.randn(4,2)).pow(2).mean()
    opt.zero_grad(); loss.backward(); opt.step()
    losses.append(loss.detach())
avg = torch.stack(losses).mean()
""",
    "sam": """
net = nn.Linear(2,1); opt = torch.optim.SGD(net.parameters(), lr=.1)
x, y = torch.randn(4,2), torch.randn(4,1)
for _ in range(2):
    F.mse_loss(net(x), y).backward()
    eps = [0.05 * p.grad for p in net.parameters()]
    with torch.no_grad():
        for p, e in zip(net.parameters(), eps): p += e
    opt.zero_grad()
    F.mse_loss(net(x), y).backward()
    with torch.no_grad():
        for p, e in zip(net.parameters(), eps): p -= e
    opt.step()
    opt.zero_grad()
""",
    "batchnorm by hand": """
def batch_norm(X, gamma, beta, mm, mv, training, eps=1e-5):
    if not training:
        X_hat = (X - mm) / torch.sqrt(mv + eps)
    else:
        mean = X.mean(dim=0)
        var = ((X - mean) ** 2).mean(dim=0)
        X_hat = (X - mean) / torch.sqrt(var + eps)
        mm = 0.9 * mm + 0.1 * mean
        mv = 0.9 * mv + 0.1 * var
    return gamma * X_hat + beta, mm.data, mv.data
Y, a, b = batch_norm(torch.randn(5, 3), torch.ones(3), torch.zeros(3), torch.zeros(3), torch.ones(3), True)
""",
    "nll by hand": """
logits = torch.randn(5, 3, requires_grad=True); y = torch.tensor([0,1,2,0,1])
lp = logits - logits.exp().sum(-1).log().unsqueeze(-1)
loss = -lp[range(5), y].mean()
loss.backward()
def nll(input, target): return -input[range(target.shape[0]), target].mean()
def accuracy(out, yb):
    preds = torch.argmax(out, dim=1)
    return (preds == yb).float().mean()
a = accuracy(logits, y)
""",
    "GMM": """
x = torch.randn(20); mu = torch.tensor([-1., 1.]); s = torch.ones(2)
for _ in range(3):
    ll = -0.5 * ((x[:, None] - mu) / s) ** 2 - s.log()
    r = ll.softmax(1)
    mu = (r * x[:, None]).sum(0) / r.sum(0)
    s = ((r * (x[:, None] - mu) ** 2).sum(0) / r.sum(0)).sqrt()
""",
    "finite differences": """
w = torch.tensor([1., 2.], requires_grad=True)
f = lambda v: (v ** 3).sum()
f(w).backward()
eps = 1e-3
num = torch.stack([(f(w.detach() + eps * e) - f(w.detach() - eps * e)) / (2 * eps) for e in torch.eye(2)])
diff = (num - w.grad).abs().max()
""",
    "view as image": """
batch = torch.randn(8, 784)
imgs = batch.view(-1, 1, 28, 28)
back = imgs.view(imgs.size(0), -1)
heads = torch.randn(2, 10, 16).view(2, 10, 4, 4).transpose(1, 2)
merged = heads.transpose(1, 2).reshape(2, 10, 16)
""",
    "unfold patches": """
img = torch.randn(2, 3, 8, 12)
p = img.reshape(2, 3, 2, 4, 3, 4).permute(0, 2, 4, 1, 3, 5).reshape(2, 6, 48)
rows = torch.randn(4, 6).reshape(6, 4)
""",
    "feature extraction": """
body = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten())
head = nn.Linear(4 * 36, 2)
opt = torch.optim.Adam(head.parameters())
x, y = torch.randn(2, 3, 8, 8), torch.tensor([0, 1])
for _ in range(2):
    with torch.no_grad():
        f = body(x)
    loss = F.cross_entropy(head(f), y)
    opt.zero_grad(); loss.backward(); opt.step()
""",
    "cast in place of": """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(3, 1)
    def forward(self, x):
        x = x.float()
        x = x.view(x.size(0), -1)
        return torch.sigmoid(self.fc(x)).squeeze(1)
net = Net()
p = net(torch.randint(0, 5, (4, 3)))
loss = F.binary_cross_entropy(p, torch.ones(4))
acc = ((p > 0.5) == torch.ones(4).bool()).float().mean()
""",
    "grad norm read": """
net = nn.Linear(3,1); opt = torch.optim.SGD(net.parameters(), .1)
for i in range(3):
    opt.zero_grad()
    loss = net(torch.randn(4,3)).pow(2).mean()
    loss.backward()
    norm = sum(p.grad.norm() ** 2 for p in net.parameters()) ** .5
    opt.step()
    print(i, loss.item(), norm.item())
""",
    "print grads of two losses": """
x = torch.tensor([2.], requires_grad=True)
y = x ** 2
y.backward()
print(x.grad)
x.grad = None
z = x ** 3
z.backward()
print(x.grad)
""",
    "hessian": """
x = torch.tensor([1., 2.], requires_grad=True)
y = (x ** 3).sum()
g, = torch.autograd.grad(y, x, create_graph=True)
h = torch.stack([torch.autograd.grad(g[i], x, retain_graph=True)[0] for i in range(2)])
""",
    "ema scalar": """
avg = None
for loss in torch.rand(5):
    avg = loss if avg is None else 0.9 * avg + 0.1 * loss
total = 0
for l in torch.rand(5):
    total += l
""",
    "weight decay by hand": """
w = torch.randn(3, 1, requires_grad=True); b = torch.zeros(1, requires_grad=True)
X, y = torch.randn(6, 3), torch.randn(6, 1)
for _ in range(3):
    l = ((X @ w + b - y) ** 2 / 2).mean() + 0.01 * (w ** 2).sum() / 2
    l.backward()
    with torch.no_grad():
        for p in (w, b):
            p.sub_(0.1 * p.grad)
            p.grad.zero_()
""",
    "eval then train": """
net = nn.Sequential(nn.Linear(2, 4), nn.Dropout(.5), nn.Linear(4, 2))
def accuracy(net, X, y):
    if isinstance(net, nn.Module):
        net.eval()
    with torch.no_grad():
        return float((net(X).argmax(1) == y).sum()) / len(y)
a = accuracy(net, torch.randn(4, 2), torch.zeros(4, dtype=torch.long))
""",
    "ranking": """
scores = nn.Linear(3, 1)(torch.randn(5, 3)).squeeze(1)
rel = torch.tensor([3., 2., 3., 0., 1.])
diff = scores.unsqueeze(1) - scores.unsqueeze(0)
y = (rel[:, None] > rel[None, :]).float()
loss = F.binary_cross_entropy_with_logits(diff, y)
s = scores.view(-1, 1)
pair = (s - scores).abs().sum()
""",
    "spectral": """
n = 6
A = (torch.rand(n, n) > .5).float(); A = ((A + A.T) > 0).float()
d = A.sum(1)
L = torch.diag(d) - A
x = torch.rand(n, 1); w = torch.rand(n)
D2 = ((x - x.T) ** 2)
outer = x * w
""",
    "histogram": """
bins = torch.linspace(0, 1, 5)
x = torch.rand(5)
counts = ((x[:, None] >= bins[:-1]) & (x[:, None] < bins[1:])).sum(0)
t = torch.rand(5, 1)
inside = (t > bins).sum(1)
""",
    "mnist, train and test": """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 4, 3); self.fc = nn.Linear(4 * 13 * 13, 10); self.drop = nn.Dropout2d(.25)
    def forward(self, x):
        x = F.relu(self.conv1(x)); x = F.max_pool2d(x, 2); x = self.drop(x)
        x = torch.flatten(x, 1)
        return F.log_softmax(self.fc(x), dim=1)
def train(model, loader, optimizer, epoch):
    model.train()
    for i, (data, target) in enumerate(loader):
        data, target = data.to(device), target.to(device)
        optimizer.zero_grad()
        output = model(data)
        loss = F.nll_loss(output, target)
        loss.backward()
        optimizer.step()
def test(model, loader):
    model.eval()
    test_loss = correct = 0
    with torch.no_grad():
        for data, target in loader:
            output = model(data)
            test_loss += F.nll_loss(output, target, reduction='sum').item()
            pred = output.argmax(dim=1, keepdim=True)
            correct += pred.eq(target.view_as(pred)).sum().item()
    return correct
loader = [(torch.randn(4, 1, 28, 28), torch.randint(0, 10, (4,))) for _ in range(2)]
model = Model(); opt = torch.optim.Adadelta(model.parameters())
for e in range(2):
    train(model, loader, opt, e); test(model, loader)
""",
    "a dict of weights": """
n_in, n_h = 2, 4
params = {'w1': torch.randn(n_in, n_h, requires_grad=True), 'w2': torch.randn(n_h, 1, requires_grad=True)}
x, y = torch.randn(8, 2), torch.randn(8, 1)
for t in range(3):
    h = (x @ params['w1']).clamp(min=0)
    loss = ((h @ params['w2'] - y) ** 2).sum()
    loss.backward()
    with torch.no_grad():
        for p in params.values():
            p -= 1e-3 * p.grad
            p.grad = None
""",
    "linear regression in one dimension": """
X = torch.randn(10, 3); y = X @ torch.tensor([1., 2., 3.])
w = torch.zeros(3, requires_grad=True)
opt = torch.optim.SGD([w], lr=.1)
for _ in range(3):
    pred = X @ w
    loss = (pred - y).square().mean()
    opt.zero_grad(); loss.backward(); opt.step()
mse = ((X @ w - y) ** 2).mean()
r2 = 1 - ((y - X @ w) ** 2).sum() / ((y - y.mean()) ** 2).sum()
""",
    "word embeddings": """
emb = nn.Embedding(10, 4); lin = nn.Linear(4, 10)
ctx, tgt = torch.randint(0, 10, (5, 2)), torch.randint(0, 10, (5,))
total_loss = 0
opt = torch.optim.SGD([*emb.parameters(), *lin.parameters()], lr=.1)
for epoch in range(3):
    for c, t in zip(ctx, tgt):
        opt.zero_grad()
        lp = F.log_softmax(lin(emb(c).sum(0, keepdim=True)), dim=1)
        loss = F.nll_loss(lp, t.view(1))
        loss.backward()
        opt.step()
        total_loss += loss.item()
""",
    "softmax regression from scratch": """
def softmax(X):
    e = torch.exp(X)
    return e / e.sum(1, keepdim=True)
W, b = torch.randn(4, 3, requires_grad=True), torch.zeros(3, requires_grad=True)
def net(X): return softmax(X.reshape(-1, 4) @ W + b)
def cross_entropy(y_hat, y): return -torch.log(y_hat[range(len(y_hat)), y])
def accuracy(y_hat, y):
    if len(y_hat.shape) > 1 and y_hat.shape[1] > 1:
        y_hat = y_hat.argmax(axis=1)
    cmp = y_hat.type(y.dtype) == y
    return float(cmp.type(y.dtype).sum())
X, y = torch.randn(6, 4), torch.randint(0, 3, (6,))
l = cross_entropy(net(X), y)
l.mean().backward()
a = accuracy(net(X), y) / len(y)
""",
    "grids of floats": """
a = torch.randn(4, 3)
b = a.view(12)
a.add_(1)
c = a.t().contiguous().view(-1)
col = torch.arange(3.).view(3, 1); row = torch.arange(3.)
grid = col + row
mul = col * row
dif = col - row
eq = col == row
""",
    "a vector for backward": """
x = torch.randn(3, requires_grad=True)
y = x * 2
while y.data.norm() < 1000:
    y = y * 2
v = torch.tensor([0.1, 1.0, 0.0001])
y.backward(v)
print(x.grad)
""",
    "averaged weights": """
net = nn.Sequential(nn.Linear(2, 4), nn.BatchNorm1d(4), nn.Linear(4, 1))
opt = torch.optim.Adam(net.parameters())
swa = torch.optim.swa_utils.AveragedModel(net)
for e in range(3):
    opt.zero_grad(); net(torch.randn(4, 2)).mean().backward(); opt.step()
    swa.update_parameters(net)
torch.optim.swa_utils.update_bn([torch.randn(4, 2)], swa)
""",
    "samples of a generator": """
gen = nn.Sequential(nn.Linear(2, 4), nn.BatchNorm1d(4), nn.Linear(4, 2))
fixed = torch.randn(4, 2)
with torch.no_grad():
    fake = gen(fixed).detach().cpu()
""",
    "gradient scaler": """
scaler = torch.amp.GradScaler('cpu', enabled=False)
net = nn.Linear(2, 1); opt = torch.optim.SGD(net.parameters(), lr=.1)
for _ in range(3):
    opt.zero_grad()
    with torch.autocast('cpu', dtype=torch.bfloat16):
        loss = F.mse_loss(net(torch.randn(4, 2)), torch.randn(4, 1))
    scaler.scale(loss).backward()
    scaler.step(opt)
    scaler.update()
""",
    "layers gathered in a list for Sequential": """
class ToyNet(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        layers = []
        for a, b in zip(sizes, sizes[1:]):
            layers.append(nn.Linear(a, b)); layers.append(nn.Tanh())
        self.net = nn.Sequential(*layers[:-1])
        self.sizes = list(sizes)
    def forward(self, x): return self.net(x)
n = ToyNet([2, 4, 1]); out = n(torch.ones(3, 2))
""",
    "functional calls": """
from functools import partial
from torch.func import functional_call, grad, vmap
net = nn.Linear(2, 1); params = dict(net.named_parameters())
def loss(params, x, y): return (functional_call(net, params, (x,)) - y).pow(2).mean()
g = vmap(grad(loss), in_dims=(None, 0, 0))(params, torch.randn(5, 2), torch.randn(5, 1))
J = torch.func.jacrev(lambda v: v ** 2)(torch.ones(3))
""",
    "names, letter by letter": """
hidden = torch.zeros(1, 4); rnn = nn.Linear(7, 4); out = nn.Linear(4, 3)
opt = torch.optim.SGD([*rnn.parameters(), *out.parameters()], lr=.005)
def train(cat, line):
    hidden = torch.zeros(1, 4)
    rnn.zero_grad(); out.zero_grad()
    for i in range(line.size(0)):
        hidden = torch.tanh(rnn(torch.cat((line[i], hidden), 1)))
    output = F.log_softmax(out(hidden), dim=1)
    loss = F.nll_loss(output, cat)
    loss.backward()
    for p in [*rnn.parameters(), *out.parameters()]:
        p.data.add_(p.grad.data, alpha=-0.005)
    return output, loss.item()
current = 0
for it in range(3):
    o, l = train(torch.tensor([1]), torch.randn(5, 1, 3))
    current += l
""",
    "log density of a grid": """
z = torch.randn(4, 1); mu, s = torch.zeros(4), torch.ones(4)
lp = -((z - mu) ** 2) / 2 - s.log()
resp = lp.softmax(1)
""",
    "values beside actions": """
q = torch.randn(5, requires_grad=True)
a = torch.rand(5, 1); pol = a - q
""",
    "critic with clipped weights": """
D = nn.Linear(2, 1); x = torch.randn(4, 2)
opt = torch.optim.RMSprop(D.parameters())
for _ in range(2):
    for _ in range(3):
        opt.zero_grad()
        (D(x).mean() - D(torch.randn(4, 2)).mean()).backward()
        opt.step()
        for p in D.parameters(): p.data.clamp_(-.01, .01)
""",
    "probabilities and BCELoss": """
net = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 1), nn.Sigmoid())
loss_fn = nn.BCELoss(); opt = torch.optim.Adam(net.parameters())
X = torch.randn(20, 2); Y = (X.sum(1, keepdim=True) > 0).float()
for e in range(2):
    for i in range(0, 20, 5):
        p = net(X[i:i+5]); loss = loss_fn(p, Y[i:i+5])
        opt.zero_grad(); loss.backward(); opt.step()
with torch.no_grad():
    acc = (net(X).round() == Y).float().mean()
""",
    "learning rates compared": """
def objective(lr):
    torch.manual_seed(0)
    w = torch.zeros(1, requires_grad=True)
    opt = torch.optim.SGD([w], lr=lr)
    for _ in range(5):
        opt.zero_grad(); l = ((w - 3) ** 2).sum(); l.backward(); opt.step()
    return l.item()
best = min((objective(lr), lr) for lr in (.01, .1, .5))
""",
    "rows of a Jacobian": """
x = torch.ones(2, requires_grad=True)
y = torch.stack([x[0] ** 2, x[0] * x[1]])
rows = []
for i in range(2):
    x.grad = None
    y[i].backward(retain_graph=True)
    rows.append(x.grad.clone())
J = torch.stack(rows)
""",
    "accumulate to compare, again": """
x = torch.tensor(2.0, requires_grad=True)
y1 = x ** 2
y2 = x ** 3
y1.backward()
y2.backward()
x.grad
""",
    "integrated gradients, again": """
net = nn.Linear(3, 1); inp = torch.randn(1, 3); base = torch.zeros(1, 3)
grads = []
for a in torch.linspace(0, 1, 5):
    x = (base + a * (inp - base)).requires_grad_()
    net(x).sum().backward()
    grads.append(x.grad)
ig = (inp - base) * torch.stack(grads).mean(0)
""",
    "dropout demo, again": """
d = nn.Dropout(.5); x = torch.ones(4)
d(x)
d.eval()
d(x)
d.train()
with torch.no_grad():
    print(d(x))
""",
    "bn stats demo, again": """
bn = nn.BatchNorm1d(3)
with torch.no_grad():
    for _ in range(5):
        bn(torch.randn(10, 3))
print(bn.running_mean)
""",
    "sorting, again": """
a = torch.tensor([3., 1., 2.]); b = torch.tensor([[1.], [2.], [3.]])
rank = (a < a[:, None]).sum(1)
nearest = (a - b).abs().argmin(0)
cost = (a - b) ** 2
""",
    "ot, again": """
a, b = torch.rand(5, 1), torch.rand(5)
C = (a - b) ** 2
K = torch.exp(-C / .1)
u = torch.ones(5) / 5
for _ in range(3): u = 1 / (K @ (1 / (K.T @ u)))
""",
    "loss history, again": """
hist = []
w = torch.zeros(2, requires_grad=True); opt = torch.optim.SGD([w], lr=.1)
for i in range(3):
    loss = ((w - 1) ** 2).sum()
    opt.zero_grad()
    loss.backward()
    opt.step()
    hist.append(loss.item())
hist
""",
    "regulariser, again": """
net = nn.Linear(3, 1); opt = torch.optim.SGD(net.parameters(), lr=.1)
for _ in range(2):
    opt.zero_grad()
    loss = F.mse_loss(net(torch.randn(4, 3)), torch.randn(4, 1))
    reg = 0
    for p in net.parameters(): reg += p.abs().sum()
    (loss + .01 * reg).backward()
    opt.step()
""",
    "multi task, again": """
trunk, h1, h2 = nn.Linear(3, 4), nn.Linear(4, 1), nn.Linear(4, 2)
opt = torch.optim.Adam([*trunk.parameters(), *h1.parameters(), *h2.parameters()])
for _ in range(2):
    z = trunk(torch.randn(5, 3)).relu()
    l1 = F.mse_loss(h1(z).squeeze(-1), torch.randn(5)); l2 = F.cross_entropy(h2(z), torch.zeros(5).long())
    total = l1
    total = total + l2
    opt.zero_grad(); total.backward(); opt.step()
""",
    "beam, again": """
logp = torch.randn(3, 7).log_softmax(-1); scores = torch.zeros(3)
total = scores[:, None] + logp
top, idx = total.view(-1).topk(3)
beam = idx // 7; tok = idx % 7
""",
    "mask loss, again": """
emb = nn.Embedding(6, 4); lin = nn.Linear(4, 6)
tok = torch.tensor([[1, 2, 0], [3, 0, 0]])
logits = lin(emb(tok))
mask = (tok != 0).float()
ce = F.cross_entropy(logits.transpose(1, 2), tok, reduction='none')
loss = (ce * mask).sum() / mask.sum()
acc = ((logits.argmax(-1) == tok).float() * mask).sum() / mask.sum()
loss2 = F.cross_entropy(logits.reshape(-1, 6), tok.reshape(-1), ignore_index=0)
""",
    "transposes, again": """
x = torch.randn(2, 3, 4)
a = x.permute(2, 0, 1); b = x.transpose(1, 2).reshape(2, 12); c = x.reshape(6, 4); d = x.reshape(2, 12).view(2, 3, 4)
e = x.flatten(0, 1).unflatten(0, (3, 2))
""",
    "conv1d, again": """
conv = nn.Conv1d(8, 4, 3)
x = torch.randn(2, 5, 8)
y = conv(x.transpose(1, 2)).transpose(1, 2)
z = y.reshape(2, -1)
""",
    "curriculum, again": """
net = nn.Linear(2, 1)
opt = torch.optim.SGD(net.parameters(), lr=.1)
net.weight.requires_grad_(False)
for _ in range(2):
    opt.zero_grad(); net(torch.ones(1, 2)).sum().backward(); opt.step()
net.weight.requires_grad_(True)
opt = torch.optim.SGD(net.parameters(), lr=.01)
net(torch.ones(1, 2)).sum().backward(); opt.step()
""",
    "deepcopy best, again": """
import copy
net = nn.Sequential(nn.Linear(2, 2), nn.Dropout(.1)); best = None; low = 1e9
opt = torch.optim.SGD(net.parameters(), lr=.1)
for e in range(3):
    net.train(); opt.zero_grad(); l = net(torch.ones(1, 2)).pow(2).sum(); l.backward(); opt.step()
    net.eval()
    with torch.no_grad(): v = net(torch.ones(1, 2)).pow(2).sum().item()
    if v < low: low, best = v, copy.deepcopy(net.state_dict())
net.load_state_dict(best)
net = nn.Linear(2, 2)
out = net(torch.ones(1, 2))
""",
    "batches of a generator": """
def batches(x, y, n):
    idx = torch.randperm(len(x))
    for i in range(0, len(x), n):
        yield x[idx[i:i+n]], y[idx[i:i+n]]
X, y = torch.randn(10, 2), torch.randn(10, 1)
net = nn.Linear(2, 1); opt = torch.optim.SGD(net.parameters(), lr=.1); running = 0.
for e in range(2):
    for xb, yb in batches(X, y, 5):
        loss = F.mse_loss(net(xb), yb)
        opt.zero_grad(); loss.backward(); opt.step()
        running += loss.item()
""",
}
