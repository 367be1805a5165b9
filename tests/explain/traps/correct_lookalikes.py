"""Programs that look like the silent bugs of loops, layers, losses and layout, and are right."""

CORRECT_LOOKALIKES: dict[str, str] = {
    "clipped between backward and step": """
net = nn.Linear(3, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
for _ in range(3):
    opt.zero_grad()
    net(torch.randn(4, 3)).pow(2).mean().backward()
    torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
    opt.step()
""",
    "the norm of the gradients measured after the step": """
net = nn.Linear(3, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
for _ in range(3):
    opt.zero_grad()
    net(torch.randn(4, 3)).pow(2).mean().backward()
    opt.step()
    norm = torch.nn.utils.clip_grad_norm_(net.parameters(), float("inf"))
""",
    "clipped while gradients accumulate": """
net = nn.Linear(3, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
for i in range(8):
    loss = net(torch.randn(4, 3)).pow(2).mean() / 4
    loss.backward()
    if (i + 1) % 4 == 0:
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        opt.step()
        opt.zero_grad()
""",
    "partial sums of gradients clipped": """
net = nn.Linear(3, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
for i in range(8):
    (net(torch.randn(4, 3)).pow(2).mean() / 4).backward()
    if (i + 1) % 4 == 0:
        opt.step()
        opt.zero_grad()
    nn.utils.clip_grad_norm_(net.parameters(), 1.0)
""",
    "two optimizers, both clipped": """
actor, critic = nn.Linear(3, 2), nn.Linear(3, 1)
opt_a, opt_c = torch.optim.Adam(actor.parameters()), torch.optim.Adam(critic.parameters())
for _ in range(2):
    x = torch.randn(4, 3)
    opt_c.zero_grad()
    critic(x).pow(2).mean().backward()
    nn.utils.clip_grad_norm_(critic.parameters(), 1.0)
    opt_c.step()
    opt_a.zero_grad()
    (-critic(x).detach() * actor(x).log_softmax(1)[:, :1]).mean().backward()
    nn.utils.clip_grad_norm_(actor.parameters(), 1.0)
    opt_a.step()
""",
    "clipped in a helper that also steps": """
def apply(opt, net, clip):
    nn.utils.clip_grad_norm_(net.parameters(), clip)
    opt.step()
    opt.zero_grad(set_to_none=True)
net = nn.Linear(3, 1)
opt = torch.optim.AdamW(net.parameters())
for _ in range(3):
    net(torch.randn(4, 3)).pow(2).mean().backward()
    apply(opt, net, 0.5)
""",
    "weights clipped after the step": """
critic = nn.Linear(3, 1)
opt = torch.optim.RMSprop(critic.parameters())
for _ in range(2):
    opt.zero_grad()
    critic(torch.randn(4, 3)).mean().backward()
    opt.step()
    for p in critic.parameters():
        p.data.clamp_(-0.01, 0.01)
""",
    "train() at the start of each epoch": """
net = nn.Sequential(nn.Linear(4, 8), nn.Dropout(), nn.Linear(8, 1))
opt = torch.optim.Adam(net.parameters())
x, y = torch.randn(16, 4), torch.randn(16, 1)
for epoch in range(3):
    net.train()
    opt.zero_grad()
    F.mse_loss(net(x), y).backward()
    opt.step()
    net.eval()
    with torch.no_grad():
        val = F.mse_loss(net(x), y)
""",
    "train() in the function that trains": """
net = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Linear(8, 1))
opt = torch.optim.Adam(net.parameters())
x, y = torch.randn(16, 4), torch.randn(16, 1)
def train_one(model):
    model.train()
    opt.zero_grad()
    F.mse_loss(model(x), y).backward()
    opt.step()
def validate(model):
    model.eval()
    with torch.no_grad():
        return F.mse_loss(model(x), y).item()
for epoch in range(3):
    train_one(net)
    val = validate(net)
""",
    "the mode put back by the validation": """
net = nn.Sequential(nn.Linear(4, 8), nn.Dropout(0.1), nn.Linear(8, 1))
opt = torch.optim.Adam(net.parameters())
x, y = torch.randn(16, 4), torch.randn(16, 1)
def validate(model):
    was = model.training
    model.eval()
    with torch.no_grad():
        out = F.mse_loss(model(x), y).item()
    model.train(was)
    return out
for step in range(6):
    opt.zero_grad()
    F.mse_loss(net(x), y).backward()
    opt.step()
    if step % 2 == 0:
        val = validate(net)
""",
    "evaluated in the last round alone": """
net = nn.Sequential(nn.Linear(4, 8), nn.Dropout(0.1), nn.Linear(8, 1))
opt = torch.optim.Adam(net.parameters())
x, y = torch.randn(16, 4), torch.randn(16, 1)
epochs = 4
for epoch in range(epochs):
    opt.zero_grad()
    F.mse_loss(net(x), y).backward()
    opt.step()
    if epoch == epochs - 1:
        net.eval()
        with torch.no_grad():
            final = F.mse_loss(net(x), y)
""",
    "evaluated at the hundredth epoch of a hundred": """
net = nn.Sequential(nn.Linear(4, 8), nn.Dropout(0.1), nn.Linear(8, 1))
opt = torch.optim.Adam(net.parameters())
x, y = torch.randn(16, 4), torch.randn(16, 1)
for epoch in range(10):
    opt.zero_grad()
    F.mse_loss(net(x), y).backward()
    opt.step()
    if (epoch + 1) % 10 == 0:
        net.eval()
        final = F.mse_loss(net(x), y)
""",
    "a network with no layer that has a mode": """
net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1))
opt = torch.optim.Adam(net.parameters())
x, y = torch.randn(16, 4), torch.randn(16, 1)
for epoch in range(3):
    opt.zero_grad()
    F.mse_loss(net(x), y).backward()
    opt.step()
    net.eval()
    with torch.no_grad():
        val = F.mse_loss(net(x), y)
""",
    "a backbone kept in eval mode": """
backbone, head = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8)), nn.Linear(8, 2)
opt = torch.optim.Adam(head.parameters())
for epoch in range(3):
    backbone.eval()
    opt.zero_grad()
    F.cross_entropy(head(backbone(torch.randn(6, 4))), torch.randint(0, 2, (6,))).backward()
    opt.step()
""",
    "batch norm frozen while fine-tuning": """
net = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Linear(8, 2))
opt = torch.optim.Adam(net.parameters(), lr=1e-4)
for epoch in range(3):
    net.eval()
    opt.zero_grad()
    F.cross_entropy(net(torch.randn(6, 4)), torch.randint(0, 2, (6,))).backward()
    opt.step()
""",
    "log_softmax over the classes": """
net = nn.Linear(4, 3)
loss = F.nll_loss(F.log_softmax(net(torch.randn(6, 4)), dim=1), torch.randint(0, 3, (6,)))
other = nn.NLLLoss()(nn.LogSoftmax(dim=-1)(net(torch.randn(6, 4))), torch.randint(0, 3, (6,)))
""",
    "softmax over a vector": """
scores = torch.randn(5, requires_grad=True)
logp = F.log_softmax(scores, dim=0)
loss = F.nll_loss(logp.unsqueeze(0), torch.tensor([2]))
policy = torch.softmax(scores, dim=0)
action = policy.argmax()
""",
    "one sample without a batch": """
logp = F.log_softmax(nn.Linear(4, 3)(torch.randn(4)), dim=0)
loss = F.nll_loss(logp, torch.tensor(1))
""",
    "attention over dim 0": """
weights = F.softmax(torch.randn(7, 4), dim=0)
pooled = (weights.unsqueeze(-1) * torch.randn(7, 4, 5)).sum(0)
log_assign = F.log_softmax(torch.randn(6, 6), dim=0)
each = log_assign.argmax(dim=0)
""",
    "transposed after the softmax": """
scores = torch.randn(3, 6, requires_grad=True)
loss = F.nll_loss(F.log_softmax(scores, dim=0).t(), torch.randint(0, 3, (6,)))
""",
    "layers of their own in a comprehension": """
import copy
class Net(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.a = nn.ModuleList([nn.Linear(4, 4) for _ in range(n)])
        layer = nn.Linear(4, 4)
        self.b = nn.ModuleList([copy.deepcopy(layer) for _ in range(n)])
        self.c = nn.Sequential(*[nn.Linear(4, 4) for _ in [0] * n])
net = Net(3)
""",
    "activations repeated": """
acts = nn.ModuleList([nn.ReLU()] * 3)
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.acts = nn.ModuleList([nn.Dropout(0.1)] * 2)
        sizes = [8] * 4
        self.layers = nn.ModuleList([nn.Linear(i, o) for i, o in zip(sizes, sizes[1:])])
net = Net()
""",
    "a layer that is shared on purpose": """
class Albert(nn.Module):
    def __init__(self):
        super().__init__()
        shared = nn.Linear(4, 4)
        self.layers = nn.ModuleList([shared] * 3)
    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x
class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        # one block, its weights tied over the depth
        self.blocks = nn.ModuleList([nn.Linear(4, 4)] * 3)
albert = Albert()
tied = Tied()
""",
    "a list of one layer times 1": """
body = nn.Sequential(*[nn.Linear(4, 4)] * 1)
""",
    "heads split and merged": """
class Attention(nn.Module):
    def __init__(self, dim=12, heads=4):
        super().__init__()
        self.h, self.d = heads, dim // heads
        self.qkv, self.out = nn.Linear(dim, 3 * dim), nn.Linear(dim, dim)
    def forward(self, x):
        b, t, c = x.shape
        q, k, v = self.qkv(x).view(b, t, 3, self.h, self.d).permute(2, 0, 3, 1, 4)
        att = (q @ k.transpose(-2, -1)).softmax(-1)
        y = (att @ v).transpose(1, 2).reshape(b, t, c)
        return self.out(y)
out = Attention()(torch.randn(2, 5, 12))
also = Attention()(torch.randn(2, 4, 12))
""",
    "heads by the way of torch": """
seq, batch, heads, size = 5, 2, 4, 3
q = nn.Linear(12, 12)(torch.randn(seq, batch, 12))
q = q.contiguous().view(seq, batch * heads, size).transpose(0, 1)
att = torch.bmm(q, q.transpose(1, 2)).softmax(-1)
out = torch.bmm(att, q).transpose(0, 1).contiguous().view(seq, batch, heads * size)
""",
    "pixels to tokens by flatten and transpose": """
conv = nn.Conv2d(3, 16, 4, stride=4)
feats = conv(torch.rand(2, 3, 32, 32))
b, c, h, w = feats.shape
tokens = feats.view(b, c, h * w).permute(0, 2, 1)
back = tokens.transpose(1, 2).reshape(b, c, h, w)
flat = feats.permute(0, 2, 3, 1).reshape(-1, c)
whole = feats.view(b, -1)
last = feats.permute(0, 2, 3, 1)
tokens2 = last.reshape(b, h * w, c)
""",
    "scores of a sequence": """
logits = nn.Linear(6, 5)(torch.randn(3, 4, 6))
targets = torch.randint(0, 5, (3, 4))
loss = F.cross_entropy(logits.view(-1, logits.shape[-1]), targets.view(-1))
b, t, c = logits.shape
loss = F.cross_entropy(logits.reshape(b * t, c), targets.reshape(b * t))
""",
    "the state of an LSTM by direction": """
lstm = nn.LSTM(5, 6, num_layers=2, bidirectional=True, batch_first=True)
out, (h, c) = lstm(torch.randn(3, 7, 5))
by_layer = h.view(2, 2, 3, 6)
last = torch.cat((h[-2], h[-1]), dim=1)
whole = h.transpose(0, 1).reshape(3, -1)
flat = out.reshape(3, -1)
one, (h1, _) = nn.LSTM(5, 6, batch_first=True)(torch.randn(3, 7, 5))
state = h1.view(3, 6)
rows = h.view(-1, 6)
""",
    "patches by a view and a permute": """
image = torch.rand(2, 3, 8, 8) * 2
p = image.reshape(2, 3, 2, 4, 2, 4).permute(0, 2, 4, 1, 3, 5).reshape(2, 4, 48)
shuffled = image.view(2, 3, 64).transpose(1, 2).view(2, 8, 8, 3).permute(0, 3, 1, 2)
""",
    "a decoder that views a vector": """
class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc, self.up = nn.Linear(10, 16 * 4 * 4), nn.ConvTranspose2d(16, 1, 2, stride=2)
    def forward(self, z):
        h = self.fc(z)
        return self.up(h.view(-1, 16, 4, 4))
image = Decoder()(torch.randn(3, 10))
""",
    "views of numbers in order": """
x = torch.arange(120).float()
a = x.view(2, 3, 4, 5)
b = a.reshape(2, 4, 15)
c = torch.randn(2, 6, 10).view(2, 5, 6, 2)
""",
    "groups of channels shuffled": """
def channel_shuffle(x, groups):
    b, c, h, w = x.size()
    x = x.view(b, groups, c // groups, h, w)
    x = x.transpose(1, 2).contiguous()
    return x.view(b, -1, h, w)
out = channel_shuffle(nn.Conv2d(3, 6, 1)(torch.rand(2, 3, 4, 5)), 3)
""",
    "a GAN whose generator learns": """
G, D = nn.Linear(2, 3), nn.Linear(3, 1)
opt_g, opt_d = torch.optim.Adam(G.parameters()), torch.optim.Adam(D.parameters())
criterion = nn.BCEWithLogitsLoss()
for _ in range(2):
    fake = G(torch.randn(4, 2))
    opt_d.zero_grad()
    d_loss = criterion(D(torch.randn(4, 3)), torch.ones(4, 1)) + criterion(D(fake.detach()), torch.zeros(4, 1))
    d_loss.backward()
    opt_d.step()
    opt_g.zero_grad()
    g_loss = criterion(D(fake), torch.ones(4, 1))
    g_loss.backward()
    opt_g.step()
""",
    "a GAN whose gradients are cleared after the step": """
G, D = nn.Linear(2, 3), nn.Linear(3, 1)
opt_g, opt_d = torch.optim.Adam(G.parameters()), torch.optim.Adam(D.parameters())
for _ in range(2):
    fake = G(torch.randn(4, 2))
    F.softplus(D(fake.detach())).mean().backward()
    opt_d.step()
    opt_d.zero_grad()
    F.softplus(-D(fake)).mean().backward()
    opt_g.step()
    opt_g.zero_grad()
    opt_d.zero_grad()
""",
    "a target network that is detached": """
q, target = nn.Linear(4, 2), nn.Linear(4, 2)
target.load_state_dict(q.state_dict())
opt = torch.optim.Adam(q.parameters())
for _ in range(2):
    s, r = torch.randn(6, 4), torch.randn(6)
    best = target(s).max(1)[0].detach()
    loss = F.smooth_l1_loss(q(s).max(1)[0], r + 0.9 * best)
    opt.zero_grad()
    loss.backward()
    opt.step()
""",
    "a frozen part in an optimizer of its own": """
body, head = nn.Linear(4, 4), nn.Linear(4, 2)
body.requires_grad_(False)
opt_b, opt_h = torch.optim.SGD(body.parameters(), lr=0.1), torch.optim.SGD(head.parameters(), lr=0.1)
for _ in range(2):
    opt_h.zero_grad()
    F.cross_entropy(head(body(torch.randn(5, 4)).detach()), torch.randint(0, 2, (5,))).backward()
    opt_h.step()
    opt_b.step()
""",
    "sums of numbers for a report": """
net, criterion = nn.Linear(4, 1), nn.MSELoss()
opt = torch.optim.SGD(net.parameters(), lr=0.1)
total = 0.0
for _ in range(3):
    x, y = torch.randn(6, 4), torch.randn(6, 1)
    a, b = criterion(net(x), y), F.l1_loss(net(x), y)
    loss = a + 0.1 * b
    opt.zero_grad()
    loss.backward()
    opt.step()
    total += loss.item()
    parts = a.item() + 0.1 * b.item()
    running = total + a.detach()
""",
    "a loss that is scaled by its own value": """
net = nn.Linear(4, 1)
x, y = torch.randn(6, 4), torch.randn(6, 1)
a, b = F.mse_loss(net(x), y), F.l1_loss(net(x), y)
loss = a / a.detach() + b / b.detach()
loss.backward()
weight = a.item() / b.item()
both = F.mse_loss(net(x), y) + weight * F.l1_loss(net(x), y)
both.backward()
""",
    "a straight-through estimator": """
encoder, decoder, book = nn.Linear(4, 2), nn.Linear(2, 4), nn.Embedding(5, 2)
opt = torch.optim.Adam([*encoder.parameters(), *decoder.parameters(), *book.parameters()])
for _ in range(2):
    x = torch.randn(6, 4)
    z = encoder(x)
    q = book(torch.cdist(z, book.weight).argmin(1))
    commit = F.mse_loss(z, q.detach()) * 0.25 + F.mse_loss(q, z.detach())
    q = z + (q - z).detach()
    loss = F.mse_loss(decoder(q), x) + commit
    opt.zero_grad()
    loss.backward()
    opt.step()
""",
    "a scheduler after each epoch": """
net = nn.Linear(3, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
sched = torch.optim.lr_scheduler.ExponentialLR(opt, gamma=0.1)
for epoch in range(6):
    for x in [torch.randn(4, 3)] * 3:
        opt.zero_grad()
        net(x).pow(2).mean().backward()
        opt.step()
    sched.step()
""",
    "a scheduler made for steps": """
net, epochs, batches = nn.Linear(3, 1), 3, [torch.randn(4, 3)] * 4
opt = torch.optim.SGD(net.parameters(), lr=0.1)
cosine = torch.optim.lr_scheduler.CosineAnnealingLR(opt, T_max=epochs * len(batches))
for epoch in range(epochs):
    for x in batches:
        opt.zero_grad()
        net(x).pow(2).mean().backward()
        opt.step()
        cosine.step()
opt = torch.optim.SGD(net.parameters(), lr=0.1)
slow = torch.optim.lr_scheduler.StepLR(opt, step_size=6, gamma=0.5)
for epoch in range(epochs):
    for x in batches:
        opt.zero_grad()
        net(x).pow(2).mean().backward()
        opt.step()
        slow.step()
""",
    "one of two schedulers": """
net = nn.Linear(3, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
warm = torch.optim.lr_scheduler.LinearLR(opt, 0.1, total_iters=2)
main = torch.optim.lr_scheduler.StepLR(opt, 2)
for epoch in range(4):
    opt.zero_grad()
    net(torch.randn(4, 3)).pow(2).mean().backward()
    opt.step()
    if epoch < 2:
        warm.step()
    else:
        main.step()
""",
    "phases of training and validation": """
net = nn.Linear(3, 1)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 2)
for epoch in range(2):
    for phase in ["train", "val"]:
        optimizer.zero_grad()
        with torch.set_grad_enabled(phase == "train"):
            loss = net(torch.randn(4, 3)).pow(2).mean()
        if phase == "train":
            loss.backward()
            optimizer.step()
        else:
            scheduler.step()
""",
    "a scheduler of a step by hand": """
import warnings; warnings.simplefilter("ignore")
net = nn.Linear(3, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
sched = torch.optim.lr_scheduler.StepLR(opt, 2)
for epoch in range(3):
    net.zero_grad()
    net(torch.randn(4, 3)).pow(2).mean().backward()
    with torch.no_grad():
        for p in net.parameters():
            p -= opt.param_groups[0]["lr"] * p.grad
    sched.step()
""",
    "kl_div of log probabilities": """
student, teacher = nn.Linear(4, 3), nn.Linear(4, 3)
x = torch.randn(5, 4)
loss = F.kl_div(F.log_softmax(student(x), dim=1), F.softmax(teacher(x), dim=1), reduction="batchmean")
logs = F.kl_div(F.log_softmax(student(x), 1), F.log_softmax(teacher(x), 1), log_target=True, reduction="sum")
kl = nn.KLDivLoss(reduction="batchmean", log_target=True)
again = kl(F.log_softmax(student(x), 1), F.log_softmax(teacher(x), 1))
p = torch.softmax(student(x), 1)
js = F.kl_div(p.log(), torch.softmax(teacher(x), 1), reduction="batchmean")
m = torch.tensor([[0.5, 0.5]])
third = F.kl_div(m.log(), torch.tensor([[0.1, 0.9]]), reduction="batchmean")
""",
    "functional dropout that knows the mode": """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc, self.out, self.p = nn.Linear(4, 8), nn.Linear(8, 2), 0.3
    def forward(self, x):
        h = F.dropout(F.relu(self.fc(x)), self.p, self.training)
        h = F.dropout(h, p=self.p if self.training else 0.0)
        if self.training:
            h = F.dropout(h, 0.5)
        h = F.dropout(h, 0.0)
        return self.out(F.dropout(h, training=self.training))
net = Net()
_ = net.eval()
y = net(torch.ones(2, 4))
""",
    "functional dropout in train mode": """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 1)
    def forward(self, x):
        return self.fc(F.dropout(x, 0.2))
net = Net()
opt = torch.optim.SGD(net.parameters(), lr=0.1)
for _ in range(2):
    opt.zero_grad()
    net(torch.randn(3, 4)).pow(2).mean().backward()
    opt.step()
""",
    "functional dropout that is kept for Monte Carlo": """
class MCNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 1)
    def forward(self, x):
        return self.fc(F.dropout(x, 0.2))
net = MCNet()
_ = net.eval()
one = net(torch.ones(2, 4))
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 1)
    def forward(self, x):
        return self.fc(F.dropout(x, 0.2))
plain = Net()
_ = plain.eval()
spread = torch.stack([plain(torch.ones(2, 4)) for _ in range(10)]).std(0)
""",
    "accuracy over the samples": """
from torch.utils.data import DataLoader, TensorDataset
loader = DataLoader(TensorDataset(torch.randn(20, 3), torch.randint(0, 2, (20,))), batch_size=5)
net = nn.Linear(3, 2)
def accuracy(net, loader):
    correct, total, loss = 0, 0, 0.0
    for x, y in loader:
        out = net(x)
        loss += F.cross_entropy(out, y).item()
        correct += (out.argmax(1) == y).sum().item()
        total += len(y)
    return correct / total, correct / len(loader.dataset), loss / len(loader)
value = accuracy(net, loader)
""",
    "accuracy of batch means": """
from torch.utils.data import DataLoader, TensorDataset
loader = DataLoader(TensorDataset(torch.randn(20, 3), torch.randint(0, 2, (20,))), batch_size=5)
net = nn.Linear(3, 2)
def accuracy(net, loader):
    acc = parts = 0
    for x, y in loader:
        acc += (net(x).argmax(1) == y).float().mean().item()
        parts += (net(x).argmax(1) == y).sum().item() / len(y)
    return acc / len(loader), parts / len(loader)
value = accuracy(net, loader)
""",
    "right samples over batches of one, or over batches times their size": """
from torch.utils.data import DataLoader, TensorDataset
data = TensorDataset(torch.randn(20, 3), torch.randint(0, 2, (20,)))
net, singles, batch_size = nn.Linear(3, 2), DataLoader(data), 4
correct = 0
for x, y in singles:
    correct += (net(x).argmax(1) == y).sum().item()
first = correct / len(singles)
loader = DataLoader(data, batch_size=batch_size)
def score(loader):
    right = 0
    for x, y in loader:
        right += (net(x).argmax(1) == y).sum().item()
    mean_right_of_a_batch = right / len(loader)
    return mean_right_of_a_batch / batch_size
second = score(loader)
def whole(loader):
    right = 0
    for x, y in loader:
        right += (net(x).argmax(1) == y).sum().item()
    return right / (len(loader) * batch_size), right / len(loader) / batch_size
third = whole(loader)
""",
    "layers made once, when the size is known": """
class Lazy(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.fc = nn.Conv1d(1, 2, 3), None
    def forward(self, x):
        x = self.conv(x).flatten(1)
        if self.fc is None:
            self.fc = nn.Linear(x.shape[1], 2)
        return self.fc(x)
net = Lazy()
out = net(torch.randn(4, 1, 5))
again = net(torch.randn(4, 1, 5))
""",
    "a fixed filter in forward": """
class Blur(nn.Module):
    def forward(self, x):
        conv = nn.Conv2d(1, 1, 3, bias=False)
        conv.weight.data.fill_(1 / 9)
        return conv(x)
class Edges(nn.Module):
    def forward(self, x):
        pool = nn.MaxPool2d(2)
        norm = nn.LayerNorm(x.shape[-1] // 2)
        return nn.ReLU()(norm(pool(x)))
blurred = Blur()(torch.rand(1, 1, 6, 6))
edges = Edges()(torch.rand(1, 1, 6, 6))
""",
    "functions that make a network and call it": """
def build():
    return nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 1))
def demo(x):
    layer = nn.Linear(3, 2)
    return layer(x)
y = build()(torch.randn(2, 3))
z = demo(torch.randn(2, 3))
""",
    "the example of torch for digits": """
from torch.utils.data import DataLoader, TensorDataset
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 4, 3, 1), nn.Conv2d(4, 8, 3, 1)
        self.dropout1, self.dropout2 = nn.Dropout(0.25), nn.Dropout(0.5)
        self.fc1, self.fc2 = nn.Linear(32, 16), nn.Linear(16, 10)
    def forward(self, x):
        x = F.relu(self.conv1(x))
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = torch.flatten(self.dropout1(x), 1)
        x = self.dropout2(F.relu(self.fc1(x)))
        return F.log_softmax(self.fc2(x), dim=1)
def train(args, model, device, train_loader, optimizer, epoch):
    model.train()
    for batch_idx, (data, target) in enumerate(train_loader):
        data, target = data.to(device), target.to(device)
        optimizer.zero_grad()
        output = model(data)
        loss = F.nll_loss(output, target)
        loss.backward()
        optimizer.step()
        if batch_idx % args["log_interval"] == 0:
            print(f"epoch {epoch} {batch_idx * len(data)}/{len(train_loader.dataset)} {loss.item():.3f}")
            if args["dry_run"]:
                break
def test(model, device, test_loader):
    model.eval()
    test_loss = correct = 0
    with torch.no_grad():
        for data, target in test_loader:
            data, target = data.to(device), target.to(device)
            output = model(data)
            test_loss += F.nll_loss(output, target, reduction="sum").item()
            pred = output.argmax(dim=1, keepdim=True)
            correct += pred.eq(target.view_as(pred)).sum().item()
    test_loss /= len(test_loader.dataset)
    print(test_loss, correct, len(test_loader.dataset), 100. * correct / len(test_loader.dataset))
args = {"log_interval": 2, "dry_run": False}
loader = DataLoader(TensorDataset(torch.rand(12, 1, 8, 8), torch.randint(0, 10, (12,))), batch_size=4)
model = Net()
optimizer = torch.optim.Adadelta(model.parameters(), lr=1.0)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.7)
for epoch in range(1, 3):
    train(args, model, "cpu", loader, optimizer, epoch)
    test(model, "cpu", loader)
    scheduler.step()
""",
    "the example of torch for a DCGAN": """
nz, ngf = 4, 4
class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.main = nn.Sequential(
            nn.ConvTranspose2d(nz, ngf, 4, 1, 0), nn.BatchNorm2d(ngf), nn.ReLU(True),
            nn.ConvTranspose2d(ngf, 3, 4, 2, 1), nn.Tanh(),
        )
    def forward(self, z): return self.main(z)
class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.main = nn.Sequential(
            nn.Conv2d(3, 4, 4, 2, 1), nn.LeakyReLU(0.2, inplace=True), nn.Conv2d(4, 1, 4, 1, 0), nn.Sigmoid()
        )
    def forward(self, x): return self.main(x)
netG, netD = Generator(), Discriminator()
criterion = nn.BCELoss()
optimizerD = torch.optim.Adam(netD.parameters(), lr=2e-4, betas=(0.5, 0.999))
optimizerG = torch.optim.Adam(netG.parameters(), lr=2e-4, betas=(0.5, 0.999))
fixed = torch.randn(2, nz, 1, 1)
for epoch in range(2):
    for i, data in enumerate([torch.randn(4, 3, 8, 8)] * 2, 0):
        netD.zero_grad()
        label = torch.full((4,), 1.)
        output = netD(data).view(-1)
        errD_real = criterion(output, label)
        errD_real.backward()
        D_x = output.mean().item()
        noise = torch.randn(4, nz, 1, 1)
        fake = netG(noise)
        label.fill_(0.)
        output = netD(fake.detach()).view(-1)
        errD_fake = criterion(output, label)
        errD_fake.backward()
        errD = errD_real + errD_fake
        optimizerD.step()
        netG.zero_grad()
        label.fill_(1.)
        output = netD(fake).view(-1)
        errG = criterion(output, label)
        errG.backward()
        optimizerG.step()
        if i % 2 == 0:
            with torch.no_grad():
                sample = netG(fixed).detach().cpu()
""",
    "a WGAN whose generator steps every fifth round": """
gen, critic = nn.Linear(4, 2), nn.Linear(2, 1)
og, oc = torch.optim.RMSprop(gen.parameters(), lr=5e-5), torch.optim.RMSprop(critic.parameters(), lr=5e-5)
for step in range(10):
    x = torch.randn(8, 2)
    oc.zero_grad()
    with torch.no_grad():
        fake = gen(torch.randn(8, 4))
    loss_c = critic(fake).mean() - critic(x).mean()
    loss_c.backward()
    oc.step()
    for p in critic.parameters():
        p.data.clamp_(-0.01, 0.01)
    if step % 5 == 0:
        og.zero_grad()
        loss_g = -critic(gen(torch.randn(8, 4))).mean()
        loss_g.backward()
        og.step()
""",
    "PPO with a value and an entropy": """
class AC(nn.Module):
    def __init__(self):
        super().__init__()
        self.body, self.pi, self.v = nn.Linear(4, 8), nn.Linear(8, 2), nn.Linear(8, 1)
    def forward(self, s):
        h = torch.tanh(self.body(s))
        return self.pi(h), self.v(h).squeeze(-1)
net = AC()
opt = torch.optim.Adam(net.parameters(), lr=3e-4)
s, a, adv, ret = torch.randn(16, 4), torch.randint(0, 2, (16,)), torch.randn(16), torch.randn(16)
with torch.no_grad():
    old = F.log_softmax(net(s)[0], dim=-1).gather(1, a[:, None]).squeeze(1)
for epoch in range(4):
    logits, v = net(s)
    logp = F.log_softmax(logits, dim=-1)
    lp = logp.gather(1, a[:, None]).squeeze(1)
    ratio = (lp - old).exp()
    policy = -torch.min(ratio * adv, ratio.clamp(0.8, 1.2) * adv).mean()
    value = F.mse_loss(v, ret)
    entropy = -(logp.exp() * logp).sum(-1).mean()
    loss = policy + 0.5 * value - 0.01 * entropy
    opt.zero_grad()
    loss.backward()
    total_norm = nn.utils.clip_grad_norm_(net.parameters(), 0.5)
    opt.step()
    stats = {"policy": policy.item(), "value": value.item(), "kl": (old - lp).mean().item()}
""",
    "a small GPT that is evaluated now and then": """
class Block(nn.Module):
    def __init__(self, d, h):
        super().__init__()
        self.h, self.attn, self.proj = h, nn.Linear(d, 3 * d), nn.Linear(d, d)
        self.ln1, self.ln2 = nn.LayerNorm(d), nn.LayerNorm(d)
        self.mlp = nn.Sequential(nn.Linear(d, 4 * d), nn.GELU(), nn.Linear(4 * d, d))
        self.register_buffer("mask", torch.tril(torch.ones(16, 16)).view(1, 1, 16, 16))
    def forward(self, x):
        B, T, C = x.size()
        q, k, v = self.attn(self.ln1(x)).split(C, dim=2)
        k = k.view(B, T, self.h, C // self.h).transpose(1, 2)
        q = q.view(B, T, self.h, C // self.h).transpose(1, 2)
        v = v.view(B, T, self.h, C // self.h).transpose(1, 2)
        att = (q @ k.transpose(-2, -1)) * (1.0 / k.size(-1) ** 0.5)
        att = F.softmax(att.masked_fill(self.mask[:, :, :T, :T] == 0, float("-inf")), dim=-1)
        y = (att @ v).transpose(1, 2).contiguous().view(B, T, C)
        x = x + self.proj(y)
        return x + self.mlp(self.ln2(x))
class GPT(nn.Module):
    def __init__(self, vocab=11, d=8, h=2, n=2):
        super().__init__()
        self.tok, self.pos = nn.Embedding(vocab, d), nn.Embedding(16, d)
        self.blocks = nn.ModuleList([Block(d, h) for _ in range(n)])
        self.head = nn.Linear(d, vocab, bias=False)
    def forward(self, idx, targets=None):
        b, t = idx.size()
        x = self.tok(idx) + self.pos(torch.arange(t))
        for block in self.blocks:
            x = block(x)
        logits = self.head(x)
        loss = None
        if targets is not None:
            loss = F.cross_entropy(logits.view(-1, logits.size(-1)), targets.view(-1))
        return logits, loss
@torch.no_grad()
def estimate(model, x, y):
    model.eval()
    out = {}
    for split in ["train", "val"]:
        losses = torch.zeros(2)
        for k in range(2):
            _, loss = model(x, y)
            losses[k] = loss.item()
        out[split] = losses.mean()
    model.train()
    return out
model = GPT()
opt = torch.optim.AdamW(model.parameters())
x, y = torch.randint(0, 11, (3, 7)), torch.randint(0, 11, (3, 7))
for it in range(4):
    if it % 2 == 0:
        print(estimate(model, x, y))
    _, loss = model(x, y)
    opt.zero_grad(set_to_none=True)
    loss.backward()
    opt.step()
""",
    "shapes of vision networks": """
class PatchEmbed(nn.Module):
    def __init__(self):
        super().__init__()
        self.proj, self.cls = nn.Conv2d(3, 12, 4, stride=4), nn.Parameter(torch.zeros(1, 1, 12))
    def forward(self, x):
        x = self.proj(x).flatten(2).transpose(1, 2)
        return torch.cat([self.cls.expand(len(x), -1, -1), x], dim=1)
def window_partition(x, w):
    B, H, W, C = x.shape
    x = x.view(B, H // w, w, W // w, w, C)
    return x.permute(0, 1, 3, 2, 4, 5).contiguous().view(-1, w, w, C)
def window_reverse(windows, w, H, W):
    B = int(windows.shape[0] / (H * W / w / w))
    x = windows.view(B, H // w, W // w, w, w, -1)
    return x.permute(0, 1, 3, 2, 4, 5).contiguous().view(B, H, W, -1)
feat = PatchEmbed()(torch.rand(2, 3, 16, 16))
w = window_partition(feat[:, 1:].reshape(2, 4, 4, 12), 2)
r = window_reverse(w, 2, 4, 4)
class SE(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.pool, self.fc = nn.AdaptiveAvgPool2d(1), nn.Sequential(nn.Linear(c, c), nn.Sigmoid())
    def forward(self, x):
        b, c, _, _ = x.size()
        y = self.pool(x).view(b, c)
        y = self.fc(y).view(b, c, 1, 1)
        return x * y.expand_as(x)
o = SE(6)(torch.rand(2, 6, 5, 7))
class SelfAttn(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.q, self.k, self.v = nn.Conv2d(c, c // 2, 1), nn.Conv2d(c, c // 2, 1), nn.Conv2d(c, c, 1)
    def forward(self, x):
        B, C, H, W = x.size()
        q = self.q(x).view(B, -1, H * W).permute(0, 2, 1)
        k = self.k(x).view(B, -1, H * W)
        a = F.softmax(torch.bmm(q, k), dim=-1)
        v = self.v(x).view(B, -1, H * W)
        return torch.bmm(v, a.permute(0, 2, 1)).view(B, C, H, W) + x
o = SelfAttn(4)(torch.rand(2, 4, 5, 6))
yolo = nn.Conv2d(8, 3 * 7, 1)(torch.rand(2, 8, 5, 5))
pred = yolo.view(2, 3, 7, 5, 5).permute(0, 1, 3, 4, 2).contiguous().view(2, -1, 7)
gram_in = torch.rand(2, 4, 5, 6) * 1.5
a, b, c, d = gram_in.size()
features = gram_in.view(a * b, c * d)
G = features @ features.t()
""",
    "states of recurrent networks": """
class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb, self.rnn, self.fc = nn.Embedding(20, 6), nn.GRU(6, 8, bidirectional=True), nn.Linear(16, 8)
    def forward(self, src):
        outputs, hidden = self.rnn(self.emb(src))
        hidden = torch.tanh(self.fc(torch.cat((hidden[-2, :, :], hidden[-1, :, :]), dim=1)))
        return outputs, hidden
class Cls(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm, self.fc = nn.LSTM(6, 8, num_layers=2, bidirectional=True, batch_first=True), nn.Linear(16, 2)
    def forward(self, x):
        out, (h, c) = self.lstm(x)
        h = h.view(2, 2, x.size(0), 8)[-1]
        a = torch.cat([h[0], h[1]], dim=1)
        h2 = out.contiguous().view(x.size(0), x.size(1), 2, 8)
        n = h.permute(1, 0, 2).reshape(x.size(0), -1)
        return self.fc(a + n)
enc, cl = Encoder(), Cls()
o, h = enc(torch.randint(0, 20, (5, 3)))
y = cl(torch.randn(3, 5, 6))
""",
    "phases, early stopping and the best state": """
import copy
net = nn.Sequential(nn.Linear(4, 8), nn.Dropout(0.2), nn.Linear(8, 1))
opt = torch.optim.Adam(net.parameters())
x, y = torch.randn(16, 4), torch.randn(16, 1)
best, wait, state = float("inf"), 0, None
for epoch in range(6):
    for mode in ("train", "val"):
        if mode == "train":
            net.train()
        else:
            net.eval()
        with torch.set_grad_enabled(mode == "train"):
            loss = F.mse_loss(net(x), y)
        if mode == "train":
            opt.zero_grad()
            loss.backward()
            opt.step()
    if loss.item() < best:
        best, wait, state = loss.item(), 0, copy.deepcopy(net.state_dict())
    else:
        wait += 1
        if wait > 2:
            net.eval()
            break
""",
    "an attack on a network in eval mode": """
net = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Linear(8, 3))
_ = net.eval()
x, y = torch.randn(5, 4), torch.randint(0, 3, (5,))
delta = torch.zeros_like(x, requires_grad=True)
opt = torch.optim.SGD([delta], lr=0.1)
for _ in range(3):
    net.eval()
    loss = -F.cross_entropy(net(x + delta), y)
    opt.zero_grad()
    loss.backward()
    opt.step()
""",
    "a frozen backbone in a step function": """
class M(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8))
        self.head = nn.Linear(8, 2)
    def forward(self, x): return self.head(self.backbone(x))
m = M()
opt = torch.optim.Adam(m.head.parameters())
x, y = torch.randn(12, 4), torch.randint(0, 2, (12,))
def train_one():
    m.train()
    m.backbone.eval()
    for _ in range(2):
        opt.zero_grad()
        F.cross_entropy(m(x), y).backward()
        opt.step()
for epoch in range(3):
    train_one()
""",
    "a teacher that follows its student": """
import copy
student = nn.Sequential(nn.Linear(4, 8), nn.Dropout(0.1), nn.Linear(8, 3))
teacher = copy.deepcopy(student)
for p in teacher.parameters():
    p.requires_grad_(False)
opt = torch.optim.SGD(student.parameters(), lr=0.1)
x, y = torch.randn(8, 4), torch.randint(0, 3, (8,))
for _ in range(3):
    teacher.eval()
    student.train()
    s = student(x)
    with torch.no_grad():
        t = teacher(x)
    kl = F.kl_div(F.log_softmax(s / 2, dim=1), F.softmax(t / 2, dim=1), reduction="batchmean") * 4
    ce = F.cross_entropy(s, y)
    loss = 0.5 * kl + 0.5 * ce
    opt.zero_grad()
    loss.backward()
    opt.step()
    with torch.no_grad():
        for tp, sp in zip(teacher.parameters(), student.parameters()):
            tp.mul_(0.9).add_(sp, alpha=0.1)
""",
    "schedulers of steps and of epochs": """
net = nn.Linear(3, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
epochs, batches = 3, [torch.randn(4, 3)] * 4
one = torch.optim.lr_scheduler.OneCycleLR(opt, 0.1, epochs=epochs, steps_per_epoch=len(batches))
for e in range(epochs):
    for b in batches:
        opt.zero_grad()
        net(b).pow(2).mean().backward()
        opt.step()
        one.step()
opt = torch.optim.SGD(net.parameters(), lr=0.1)
lam = torch.optim.lr_scheduler.LambdaLR(opt, lambda s: 0.5 ** s)
plat = torch.optim.lr_scheduler.ReduceLROnPlateau(opt)
restart = torch.optim.lr_scheduler.CosineAnnealingWarmRestarts(opt, 3)
exp = torch.optim.lr_scheduler.ExponentialLR(opt, 0.999)
for e in range(epochs):
    for i, b in enumerate(batches):
        opt.zero_grad()
        net(b).pow(2).mean().backward()
        opt.step()
        restart.step(e + i / len(batches))
        exp.step()
    plat.step(0.3)
""",
    "layers in forward that have no parameters of their own": """
class Hyper(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.randn(3, 4))
    def forward(self, x):
        lin = nn.Linear(4, 3, bias=False)
        del lin.weight
        lin.weight = self.w
        return lin(x)
class Crit(nn.Module):
    def forward(self, a, b):
        cos = nn.CosineSimilarity(dim=1)
        return nn.MSELoss()(a, b) + (1 - cos(a, b)).mean()
h = Hyper()(torch.randn(2, 4))
c = Crit()(torch.randn(2, 4), torch.randn(2, 4))
class Meta(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleDict()
    def forward(self, x):
        key = str(x.shape[1])
        if key not in self.layers:
            new = nn.Linear(x.shape[1], 2)
            self.layers[key] = new
        return self.layers[key](x)
m = Meta()(torch.randn(2, 4))
""",
    "means of batches and exact batches": """
from torch.utils.data import DataLoader, TensorDataset
dl = DataLoader(TensorDataset(torch.randn(10, 3), torch.randint(0, 2, (10,))), batch_size=2)
net = nn.Linear(3, 2)
def evaluate(net, dl, bs=2):
    hits = 0
    for x, y in dl:
        hits += (net(x).argmax(1) == y).sum().item() / x.size(0)
    return hits / len(dl)
def both(net, dl):
    correct = n = 0
    for x, y in dl:
        correct += (net(x).argmax(1) == y).sum().item()
        n += 1
    per_batch = correct / len(dl)
    return per_batch / dl.batch_size
a, b = evaluate(net, dl), both(net, dl)
exact = 0
for x, y in dl:
    exact += (net(x).argmax(1) == y).all().item()
share = exact / len(dl)
""",
    "a contrastive loss in both directions": """
q, k = F.normalize(nn.Linear(4, 8)(torch.randn(6, 4)), dim=1), F.normalize(nn.Linear(4, 8)(torch.randn(6, 4)), dim=1)
logits = q @ k.t()
labels = torch.arange(6)
loss = (F.cross_entropy(logits, labels) + F.cross_entropy(logits.t(), labels)) / 2
col = F.log_softmax(logits, dim=0)
back = -col.diagonal().mean()
acc_t2i = (logits.softmax(dim=0).argmax(dim=0) == labels).float().mean()
""",
    "the loops of torch's quickstart": """
from torch.utils.data import DataLoader, TensorDataset
test_dataloader = DataLoader(TensorDataset(torch.randn(24, 3), torch.randint(0, 2, (24,))), batch_size=8)
def test(dataloader, model, loss_fn):
    size = len(dataloader.dataset)
    num_batches = len(dataloader)
    model.eval()
    test_loss, correct = 0, 0
    with torch.no_grad():
        for X, y in dataloader:
            pred = model(X)
            test_loss += loss_fn(pred, y).item()
            correct += (pred.argmax(1) == y).type(torch.float).sum().item()
    test_loss /= num_batches
    correct /= size
    print(f"Accuracy: {(100 * correct):>0.1f}%, Avg loss: {test_loss:>8f}")
model, loss_fn = nn.Linear(3, 2), nn.CrossEntropyLoss()
test(test_dataloader, model, loss_fn)
""",
    "right samples as a mean of a batch": """
from torch.utils.data import DataLoader, TensorDataset
loader = DataLoader(TensorDataset(torch.randn(24, 3), torch.randint(0, 2, (24,))), batch_size=8)
net = nn.Linear(3, 2)
right, num_batches = 0, len(loader)
for x, y in loader:
    right += (net(x).argmax(1) == y).sum().item()
samples = num_batches * 8
share = right / samples
right /= samples
""",
    "lists that are joined": """
class Net(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(4, 4)] + [nn.Linear(4, 4) for _ in range(n)] + [nn.ReLU()] * 2)
net = Net(3)
""",
}
