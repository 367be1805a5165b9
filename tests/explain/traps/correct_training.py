"""Programs of training loops, and of what stands round them, that do what is meant: nothing is to be said of them."""

CORRECT_TRAINING: dict[str, str] = {
    "micro batches in a function": """
def train(net, loader, opt, every=2):
    net.train()
    opt.zero_grad()
    for i, (x, y) in enumerate(loader):
        loss = F.cross_entropy(net(x), y) / every
        loss.backward()
        if (i + 1) % every == 0:
            opt.step()
            opt.zero_grad()

net = nn.Linear(3, 2)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
train(net, [(torch.randn(4, 3), torch.randint(0, 2, (4,))) for _ in range(6)], opt)
""",
    "micro batches with chunk": """
net = nn.Linear(3, 1)
opt = torch.optim.Adam(net.parameters())
x, y = torch.randn(12, 3), torch.randn(12, 1)
for epoch in range(2):
    opt.zero_grad(set_to_none=True)
    for xs, ys in zip(x.chunk(3), y.chunk(3)):
        loss = F.mse_loss(net(xs), ys) / 3
        loss.backward()
    opt.step()
""",
    "micro batches, no_sync style class": """
class Trainer:
    def __init__(self, model, opt, accumulate):
        self.model, self.opt, self.accumulate, self.count = model, opt, accumulate, 0
    def step(self, x, y):
        loss = F.mse_loss(self.model(x), y) / self.accumulate
        loss.backward()
        self.count += 1
        if self.count % self.accumulate == 0:
            self.opt.step()
            self.opt.zero_grad()
        return loss.item()

model = nn.Linear(2, 1)
trainer = Trainer(model, torch.optim.SGD(model.parameters(), lr=0.1), 3)
losses = [trainer.step(torch.randn(4, 2), torch.randn(4, 1)) for _ in range(6)]
for _ in range(6):
    trainer.step(torch.randn(4, 2), torch.randn(4, 1));
""",
    "three losses backward each": """
enc, a, b = nn.Linear(4, 3), nn.Linear(3, 1), nn.Linear(3, 2)
params = [*enc.parameters(), *a.parameters(), *b.parameters()]
opt = torch.optim.SGD(params, lr=0.1)
x, ya, yb = torch.randn(5, 4), torch.randn(5, 1), torch.randint(0, 2, (5,))
for _ in range(3):
    opt.zero_grad()
    h = enc(x)
    loss_a = F.mse_loss(a(h), ya)
    loss_b = F.cross_entropy(b(h), yb)
    loss_a.backward(retain_graph=True)
    loss_b.backward()
    opt.step()
""",
    "weighted sum of losses": """
net = nn.Linear(4, 3)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
def losses(out, y):
    return {"ce": F.cross_entropy(out, y), "l2": 1e-3 * sum(p.pow(2).sum() for p in net.parameters())}
for _ in range(2):
    parts = losses(net(torch.randn(5, 4)), torch.randint(0, 3, (5,)))
    total = sum(parts.values())
    opt.zero_grad()
    total.backward()
    opt.step()
    log = {name: value.item() for name, value in parts.items()}
""",
    "GAN in a function": """
G = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 3))
D = nn.Sequential(nn.Linear(3, 8), nn.LeakyReLU(0.2), nn.Linear(8, 1), nn.Sigmoid())
opt_g = torch.optim.Adam(G.parameters(), lr=2e-4, betas=(0.5, 0.999))
opt_d = torch.optim.Adam(D.parameters(), lr=2e-4, betas=(0.5, 0.999))
bce = nn.BCELoss()
def step(real):
    n = real.size(0)
    D.zero_grad()
    loss_real = bce(D(real).view(-1), torch.ones(n))
    loss_real.backward()
    fake = G(torch.randn(n, 2))
    loss_fake = bce(D(fake.detach()).view(-1), torch.zeros(n))
    loss_fake.backward()
    opt_d.step()
    G.zero_grad()
    loss_g = bce(D(fake).view(-1), torch.ones(n))
    loss_g.backward()
    opt_g.step()
    return loss_g.item()
for _ in range(2):
    value = step(torch.randn(4, 3))
""",
    "WGAN with clipping and critic rounds": """
G, C = nn.Linear(2, 3), nn.Linear(3, 1)
og, oc = torch.optim.RMSprop(G.parameters()), torch.optim.RMSprop(C.parameters())
for it in range(2):
    for _ in range(3):
        real, fake = torch.randn(4, 3), G(torch.randn(4, 2)).detach()
        loss_c = C(fake).mean() - C(real).mean()
        oc.zero_grad()
        loss_c.backward()
        oc.step()
        for p in C.parameters():
            p.data.clamp_(-0.01, 0.01);
    loss_g = -C(G(torch.randn(4, 2))).mean()
    og.zero_grad()
    loss_g.backward()
    og.step()
""",
    "target network, hard and soft": """
import copy
q = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))
target = copy.deepcopy(q)
for p in target.parameters():
    p.requires_grad_(False);
opt = torch.optim.Adam(q.parameters())
for t in range(4):
    s, a, r, s2, done = torch.randn(6, 4), torch.randint(0, 2, (6,)), torch.randn(6), torch.randn(6, 4), torch.zeros(6)
    with torch.no_grad():
        best = r + 0.99 * (1 - done) * target(s2).max(dim=1).values
    value = q(s).gather(1, a.unsqueeze(1)).squeeze(1)
    loss = F.smooth_l1_loss(value, best)
    opt.zero_grad()
    loss.backward()
    opt.step()
    with torch.no_grad():
        for p, pt in zip(q.parameters(), target.parameters()):
            pt.mul_(0.995).add_(p, alpha=0.005);
    if t % 2 == 0:
        target.load_state_dict(q.state_dict());
""",
    "EMA class": """
class EMA:
    def __init__(self, model, decay=0.9):
        self.decay = decay
        self.shadow = {name: p.detach().clone() for name, p in model.named_parameters()}
    @torch.no_grad()
    def update(self, model):
        for name, p in model.named_parameters():
            self.shadow[name].lerp_(p, 1 - self.decay)
    def copy_to(self, model):
        for name, p in model.named_parameters():
            p.data.copy_(self.shadow[name])

net = nn.Linear(3, 1)
ema, opt = EMA(net), torch.optim.SGD(net.parameters(), lr=0.1)
for _ in range(3):
    loss = net(torch.randn(4, 3)).pow(2).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
    ema.update(net)
ema.copy_to(net)
""",
    "evaluation with decorator": """
net = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(), nn.Linear(8, 3))
@torch.no_grad()
def evaluate(model, x, y):
    model.eval()
    out = model(x)
    acc = (out.argmax(1) == y).float().mean()
    model.train()
    return acc.item()
acc = evaluate(net, torch.randn(10, 4), torch.randint(0, 3, (10,)))
""",
    "evaluation with inference_mode": """
net = nn.Sequential(nn.Linear(4, 8), nn.Dropout(), nn.Linear(8, 3))
net.eval();
correct = total = 0
with torch.inference_mode():
    for x, y in [(torch.randn(5, 4), torch.randint(0, 3, (5,))) for _ in range(3)]:
        pred = net(x).argmax(dim=1)
        correct += (pred == y).sum().item()
        total += y.numel()
accuracy = correct / total
""",
    "autograd function with a context": """
class Clamp(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, low):
        ctx.save_for_backward(x)
        ctx.low = low
        return x.clamp(min=low)
    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        out = grad.clone()
        out[x < ctx.low] = 0
        return out, None

x = torch.randn(5, requires_grad=True)
y = Clamp.apply(x, 0.0).sum()
y.backward()
""",
    "straight-through estimator": """
class Round(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x.round()
    @staticmethod
    def backward(ctx, grad):
        return grad
w = torch.randn(4, 1, requires_grad=True)
opt = torch.optim.SGD([w], lr=0.1)
for _ in range(3):
    q = w + (w.round() - w).detach()
    loss = ((torch.ones(6, 4) @ q - 1) ** 2).mean() + Round.apply(w).abs().mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
""",
    "manual SGD with autograd.grad in a function": """
def predict(params, x):
    w, b = params
    return x @ w + b
def train(params, x, y, lr=0.1):
    for _ in range(3):
        loss = ((predict(params, x) - y) ** 2).mean()
        grads = torch.autograd.grad(loss, params)
        params = [(p - lr * g).detach().requires_grad_() for p, g in zip(params, grads)]
    return params
start = [torch.zeros(2, 1, requires_grad=True), torch.zeros(1, requires_grad=True)]
params = train(start, torch.randn(8, 2), torch.randn(8, 1))
""",
    "manual momentum": """
w = torch.zeros(3, requires_grad=True)
v = torch.zeros(3)
x, y = torch.randn(8, 3), torch.randn(8)
for _ in range(4):
    loss = ((x @ w - y) ** 2).mean()
    loss.backward()
    with torch.no_grad():
        v = 0.9 * v + w.grad
        w -= 0.1 * v
        w.grad.zero_();
""",
    "manual Adam over a list": """
params = [torch.randn(3, 2, requires_grad=True), torch.zeros(2, requires_grad=True)]
m = [torch.zeros_like(p) for p in params]
s = [torch.zeros_like(p) for p in params]
for t in range(1, 4):
    loss = (torch.randn(5, 3) @ params[0] + params[1]).pow(2).mean()
    loss.backward()
    with torch.no_grad():
        for i, p in enumerate(params):
            m[i] = 0.9 * m[i] + 0.1 * p.grad
            s[i] = 0.99 * s[i] + 0.01 * p.grad ** 2
            p -= 0.01 * (m[i] / (1 - 0.9 ** t)) / ((s[i] / (1 - 0.99 ** t)).sqrt() + 1e-8)
            p.grad = None
""",
    "newton by hand": """
x = torch.tensor(3., requires_grad=True)
for _ in range(4):
    f = x ** 3 - 2
    (g,) = torch.autograd.grad(f, x)
    x = (x - f / g).detach().requires_grad_()
""",
    "checkpointing": """
from torch.utils.checkpoint import checkpoint
class Deep(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.ModuleList(nn.Sequential(nn.Linear(4, 4), nn.ReLU()) for _ in range(3))
        self.head = nn.Linear(4, 1)
    def forward(self, x):
        for block in self.blocks:
            x = checkpoint(block, x, use_reentrant=False)
        return self.head(x)
net = Deep()
opt = torch.optim.SGD(net.parameters(), lr=0.1)
for _ in range(2):
    loss = F.mse_loss(net(torch.randn(5, 4)), torch.zeros(5, 1))
    opt.zero_grad()
    loss.backward()
    opt.step()
""",
    "clipping by norm and value": """
net = nn.LSTM(3, 4, batch_first=True)
head = nn.Linear(4, 1)
params = list(net.parameters()) + list(head.parameters())
opt = torch.optim.Adam(params)
for _ in range(2):
    out, _ = net(torch.randn(2, 5, 3))
    loss = (head(out[:, -1]) - torch.zeros(2, 1)).pow(2).mean()
    opt.zero_grad()
    loss.backward()
    norm = torch.nn.utils.clip_grad_norm_(params, 1.0)
    torch.nn.utils.clip_grad_value_(params, 0.5)
    opt.step()
""",
    "LBFGS": """
w = torch.zeros(3, requires_grad=True)
opt = torch.optim.LBFGS([w], max_iter=5)
x, y = torch.randn(6, 3), torch.randn(6)
def closure():
    opt.zero_grad()
    loss = ((x @ w - y) ** 2).mean()
    loss.backward()
    return loss
for _ in range(3):
    loss = opt.step(closure)
""",
    "LBFGS on an image": """
image = torch.rand(1, 3, 4, 4).requires_grad_()
opt = torch.optim.LBFGS([image])
run = [0]
while run[0] < 3:
    def closure():
        with torch.no_grad():
            image.clamp_(0, 1);
        opt.zero_grad()
        loss = (image.mean() - 0.5) ** 2 + image.std()
        loss.backward()
        run[0] += 1
        return loss
    opt.step(closure)
""",
    "scheduler after each epoch": """
net = nn.Linear(2, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
sched = torch.optim.lr_scheduler.CosineAnnealingLR(opt, T_max=3)
for epoch in range(3):
    for x, y in [(torch.randn(4, 2), torch.randn(4, 1))] * 2:
        opt.zero_grad()
        F.mse_loss(net(x), y).backward()
        opt.step()
    sched.step()
""",
    "warm-up and plateau": """
net = nn.Linear(2, 1)
opt = torch.optim.AdamW(net.parameters(), lr=1e-3)
warm = torch.optim.lr_scheduler.LambdaLR(opt, lambda t: min(1, (t + 1) / 3))
plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(opt)
for epoch in range(3):
    loss = F.mse_loss(net(torch.randn(4, 2)), torch.randn(4, 1))
    opt.zero_grad()
    loss.backward()
    opt.step()
    warm.step()
plateau.step(loss.item())
""",
    "accuracy counting over batches": """
net = nn.Linear(4, 3)
correct, seen, running = 0, 0, 0.0
for x, y in [(torch.randn(5, 4), torch.randint(0, 3, (5,))) for _ in range(3)]:
    with torch.no_grad():
        out = net(x)
    running += F.cross_entropy(out, y).item() * len(y)
    correct += (out.argmax(1) == y).sum().item()
    seen += len(y)
""",
    "top-k accuracy": """
def topk_accuracy(out, y, ks=(1, 2)):
    _, pred = out.topk(max(ks), dim=1)
    hits = pred.t().eq(y.view(1, -1).expand_as(pred.t()))
    return [hits[:k].reshape(-1).float().sum().item() / len(y) for k in ks]
accuracy = topk_accuracy(torch.randn(6, 4), torch.randint(0, 4, (6,)))
""",
    "confusion matrix": """
pred, y = torch.randint(0, 3, (20,)), torch.randint(0, 3, (20,))
matrix = torch.zeros(3, 3, dtype=torch.int64)
for p, t in zip(pred, y):
    matrix[t, p] += 1
per_class = matrix.diag() / matrix.sum(1).clamp(min=1)
""",
    "binary accuracy of columns": """
net = nn.Linear(3, 1)
x, y = torch.randn(8, 3), torch.randint(0, 2, (8, 1)).float()
loss = F.binary_cross_entropy_with_logits(net(x), y)
acc = ((net(x) > 0).float() == y).float().mean()
""",
    "detached hidden state": """
class Char(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn, self.out = nn.GRU(3, 4, batch_first=True), nn.Linear(4, 3)
    def forward(self, x, h):
        o, h = self.rnn(x, h)
        return self.out(o), h
net = Char()
opt = torch.optim.Adam(net.parameters())
h = torch.zeros(1, 2, 4)
for _ in range(3):
    x, y = torch.randn(2, 5, 3), torch.randint(0, 3, (2, 5))
    h = h.detach()
    out, h = net(x, h)
    loss = F.cross_entropy(out.reshape(-1, 3), y.reshape(-1))
    opt.zero_grad()
    loss.backward()
    opt.step()
""",
    "detached LSTM state in a tuple": """
lstm, head = nn.LSTM(3, 4), nn.Linear(4, 1)
opt = torch.optim.SGD([*lstm.parameters(), *head.parameters()], lr=0.1)
state = None
for t in range(3):
    out, state = lstm(torch.randn(5, 2, 3), state)
    state = tuple(s.detach() for s in state)
    loss = head(out).pow(2).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
""",
    "frozen layers, filter": """
net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))
for p in net[0].parameters():
    p.requires_grad = False
opt = torch.optim.SGD(filter(lambda p: p.requires_grad, net.parameters()), lr=0.1)
for _ in range(2):
    loss = F.cross_entropy(net(torch.randn(5, 4)), torch.randint(0, 2, (5,)))
    opt.zero_grad()
    loss.backward()
    opt.step()
""",
    "frozen layers, all parameters in the optimizer": """
net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))
net[0].requires_grad_(False);
opt = torch.optim.Adam(net.parameters())
def step(x, y):
    opt.zero_grad()
    loss = F.cross_entropy(net(x), y)
    loss.backward()
    opt.step()
    return loss.item()
first = step(torch.randn(5, 4), torch.randint(0, 2, (5,)))
second = step(torch.randn(5, 4), torch.randint(0, 2, (5,)))
""",
    "unfreezing with a new parameter group": """
body, head = nn.Linear(4, 4), nn.Linear(4, 2)
for p in body.parameters():
    p.requires_grad = False
opt = torch.optim.SGD(head.parameters(), lr=0.1)
x, y = torch.randn(5, 4), torch.randint(0, 2, (5,))
for epoch in range(4):
    if epoch == 2:
        for p in body.parameters():
            p.requires_grad = True
        opt.add_param_group({"params": body.parameters(), "lr": 0.01})
    loss = F.cross_entropy(head(body(x)), y)
    opt.zero_grad()
    loss.backward()
    opt.step()
""",
    "weight tying": """
class LM(nn.Module):
    def __init__(self, vocab=11, dim=4):
        super().__init__()
        self.emb = nn.Embedding(vocab, dim)
        self.rnn = nn.GRU(dim, dim, batch_first=True)
        self.out = nn.Linear(dim, vocab, bias=False)
        self.out.weight = self.emb.weight
    def forward(self, x):
        return self.out(self.rnn(self.emb(x))[0])
net = LM()
opt = torch.optim.Adam(net.parameters())
tokens = torch.randint(0, 11, (2, 6))
for _ in range(2):
    logits = net(tokens[:, :-1])
    loss = F.cross_entropy(logits.view(-1, 11), tokens[:, 1:].reshape(-1))
    opt.zero_grad()
    loss.backward()
    opt.step()
""",
    "module list and module dict": """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(4, 4) for _ in range(3)])
        self.heads = nn.ModuleDict({"a": nn.Linear(4, 1), "b": nn.Linear(4, 2)})
        self.sizes = [4, 4, 4]
        self.names = ("a", "b")
    def forward(self, x):
        for layer in self.layers:
            x = torch.relu(layer(x)) + x
        return {name: self.heads[name](x) for name in self.names}
net = Net()
out = net(torch.randn(3, 4))
""",
    "layers in a list and in Sequential": """
class MLP(nn.Module):
    def __init__(self, *sizes):
        super().__init__()
        layers = []
        for i, o in zip(sizes, sizes[1:]):
            layers += [nn.Linear(i, o), nn.ReLU()]
        self.layers = layers
        self.net = nn.Sequential(*layers[:-1])
    def forward(self, x):
        return self.net(x)
net = MLP(3, 4, 2)
loss = F.cross_entropy(net(torch.randn(4, 3)), torch.tensor([0, 1, 0, 1]))
""",
    "masked mean": """
x, lengths = torch.randn(3, 5, 2), torch.tensor([5, 3, 2])
mask = torch.arange(5)[None, :] < lengths[:, None]
mean = (x * mask.unsqueeze(-1)).sum(1) / lengths.unsqueeze(1)
""",
    "masked loss": """
logits, y = torch.randn(2, 4, 3, requires_grad=True), torch.randint(0, 3, (2, 4))
mask = torch.tensor([[1., 1, 1, 0], [1, 1, 0, 0]])
loss = F.cross_entropy(logits.flatten(0, 1), y.flatten(), reduction="none").view(2, 4)
loss = (loss * mask).sum() / mask.sum()
loss.backward()
""",
    "causal attention": """
def attention(q, k, v):
    scores = q @ k.transpose(-2, -1) / q.size(-1) ** 0.5
    mask = torch.ones(q.size(-2), k.size(-2)).tril() == 0
    return scores.masked_fill(mask, float("-inf")).softmax(-1) @ v
q = k = v = torch.randn(2, 4, 8)
out = attention(q, k, v)
""",
    "sampling loop": """
class Bigram(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.table = nn.Embedding(n, n)
    def forward(self, x):
        return self.table(x)
    @torch.no_grad()
    def generate(self, x, steps):
        for _ in range(steps):
            probs = F.softmax(self(x)[:, -1], dim=-1)
            x = torch.cat([x, torch.multinomial(probs, 1)], dim=1)
        return x
net = Bigram(7)
tokens = net.generate(torch.zeros(1, 1, dtype=torch.long), 5)
""",
    "mixup": """
net = nn.Linear(4, 3)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
for x, y in [(torch.randn(6, 4), torch.randint(0, 3, (6,))) for _ in range(2)]:
    lam, order = 0.7, torch.randperm(6)
    out = net(lam * x + (1 - lam) * x[order])
    loss = lam * F.cross_entropy(out, y) + (1 - lam) * F.cross_entropy(out, y[order])
    opt.zero_grad()
    loss.backward()
    opt.step()
""",
    "autocast and scaler disabled": """
net = nn.Linear(4, 3)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
scaler = torch.amp.GradScaler("cpu", enabled=False)
for _ in range(2):
    opt.zero_grad()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        out = net(torch.randn(5, 4))
        loss = F.cross_entropy(out, torch.randint(0, 3, (5,)))
    scaler.scale(loss).backward()
    scaler.step(opt)
    scaler.update()
""",
    "train with early stop and best state": """
import copy
net = nn.Linear(2, 1)
opt = torch.optim.Adam(net.parameters())
best, state, bad = float("inf"), None, 0
for epoch in range(5):
    net.train()
    loss = F.mse_loss(net(torch.randn(8, 2)), torch.randn(8, 1))
    opt.zero_grad()
    loss.backward()
    opt.step()
    net.eval()
    with torch.no_grad():
        val = F.mse_loss(net(torch.randn(8, 2)), torch.randn(8, 1)).item()
    if val < best:
        best, state, bad = val, copy.deepcopy(net.state_dict()), 0
    else:
        bad += 1
net.load_state_dict(state);
""",
    "k-fold, a new net each": """
x, y = torch.randn(12, 2), torch.randn(12, 1)
scores = []
for fold in range(3):
    net = nn.Linear(2, 1)
    opt = torch.optim.SGD(net.parameters(), lr=0.1)
    held = torch.zeros(12, dtype=torch.bool)
    held[fold * 4:(fold + 1) * 4] = True
    for _ in range(3):
        opt.zero_grad()
        F.mse_loss(net(x[~held]), y[~held]).backward()
        opt.step()
    with torch.no_grad():
        scores.append(F.mse_loss(net(x[held]), y[held]).item())
""",
    "gradient penalty in a training function": """
C = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1))
opt = torch.optim.Adam(C.parameters())
def penalty(real, fake):
    eps = torch.rand(real.size(0), 1)
    mixed = (eps * real + (1 - eps) * fake).requires_grad_()
    (grad,) = torch.autograd.grad(C(mixed).sum(), mixed, create_graph=True)
    return ((grad.norm(2, dim=1) - 1) ** 2).mean()
for _ in range(2):
    real, fake = torch.randn(4, 2), torch.randn(4, 2)
    loss = C(fake).mean() - C(real).mean() + 10 * penalty(real, fake)
    opt.zero_grad()
    loss.backward()
    opt.step()
""",
    "meta learning, first order": """
import copy
meta = nn.Linear(1, 1)
outer = torch.optim.SGD(meta.parameters(), lr=0.1)
for _ in range(2):
    outer.zero_grad()
    for task in range(3):
        fast = copy.deepcopy(meta)
        inner = torch.optim.SGD(fast.parameters(), lr=0.1)
        x = torch.randn(5, 1)
        y = task * x
        for _ in range(2):
            inner.zero_grad()
            F.mse_loss(fast(x), y).backward()
            inner.step()
        inner.zero_grad()
        F.mse_loss(fast(x), y).backward()
        for p, f in zip(meta.parameters(), fast.parameters()):
            p.grad = f.grad.clone() if p.grad is None else p.grad + f.grad
    outer.step()
""",
    "two phases with one network": """
net = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 1))
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
def fit(steps):
    for _ in range(steps):
        opt.zero_grad()
        loss = F.mse_loss(net(torch.randn(6, 3)), torch.zeros(6, 1))
        loss.backward()
        opt.step()
fit(2)
opt = torch.optim.Adam(net.parameters(), lr=1e-3)
fit(2)
""",
    "per-sample gradients": """
net = nn.Linear(3, 1)
x, y = torch.randn(4, 3), torch.randn(4, 1)
per_sample = []
for i in range(4):
    net.zero_grad()
    F.mse_loss(net(x[i:i + 1]), y[i:i + 1]).backward()
    per_sample.append([p.grad.clone() for p in net.parameters()])
""",
    "gradient check by hand": """
x = torch.tensor([1., 2.], dtype=torch.float64, requires_grad=True)
def f(x):
    return (x ** 3).sum()
f(x).backward()
eps = 1e-6
for i in range(2):
    d = torch.zeros(2, dtype=torch.float64)
    d[i] = eps
    numeric = (f(x + d) - f(x - d)) / (2 * eps)
    diff = (numeric - x.grad[i]).abs()
""",
    "hooks that look at gradients": """
net = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
seen = {}
for name, p in net.named_parameters():
    p.register_hook(lambda g, name=name: seen.__setitem__(name, g.norm().item()));
loss = net(torch.randn(5, 3)).pow(2).mean()
loss.backward()
""",
    "feature extraction, then a head": """
body = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.ReLU())
body.eval();
x, y = torch.randn(10, 4), torch.randint(0, 2, (10,))
with torch.no_grad():
    features = body(x)
head = nn.Linear(8, 2)
opt = torch.optim.SGD(head.parameters(), lr=0.1)
for _ in range(3):
    opt.zero_grad()
    F.cross_entropy(head(features), y).backward()
    opt.step()
""",
    "multi-step returns": """
rewards, gamma = [1., 0., 2.], 0.9
returns, total = [], 0.0
for r in reversed(rewards):
    total = r + gamma * total
    returns.insert(0, total)
returns = torch.tensor(returns)
returns = (returns - returns.mean()) / (returns.std() + 1e-8)
policy = nn.Linear(4, 2)
opt = torch.optim.Adam(policy.parameters())
logp = torch.distributions.Categorical(logits=policy(torch.randn(3, 4))).log_prob(torch.tensor([0, 1, 1]))
loss = -(logp * returns).sum()
opt.zero_grad()
loss.backward()
opt.step()
""",
    "losses of a list, summed": """
net = nn.Linear(2, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
opt.zero_grad()
losses = []
for t in range(4):
    losses.append(F.mse_loss(net(torch.randn(3, 2)), torch.zeros(3, 1)))
torch.stack(losses).mean().backward()
opt.step()
""",
    "sum of losses over time, then one backward": """
cell, head = nn.RNNCell(2, 3), nn.Linear(3, 1)
opt = torch.optim.SGD([*cell.parameters(), *head.parameters()], lr=0.1)
for epoch in range(2):
    h, loss = torch.zeros(4, 3), 0
    for t in range(5):
        h = cell(torch.randn(4, 2), h)
        loss += F.mse_loss(head(h), torch.zeros(4, 1))
    opt.zero_grad()
    loss.backward()
    opt.step()
""",
}
