"""Silent bugs of whole programs, in the order of a loop, the layers and the layout: the words, and the program."""

BUGS_OF_PROGRAMS: dict[str, tuple[str, str]] = {
    "clipped after the step": (
        "between backward() and optimizer.step()",
        """
model = nn.LSTM(4, 8)
optimizer = torch.optim.Adam(model.parameters())
for epoch in range(3):
    optimizer.zero_grad()
    out, _ = model(torch.randn(5, 2, 4))
    loss = out.pow(2).mean()
    loss.backward()
    optimizer.step()
    torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)
""",
    ),
    "clipped after the step, in a step function": (
        "clipping has no effect",
        """
from torch.nn.utils import clip_grad_norm_
class Trainer:
    def __init__(self, net):
        self.net, self.opt = net, torch.optim.SGD(net.parameters(), lr=0.1)
    def train_step(self, x, y):
        self.net.train()
        loss = F.mse_loss(self.net(x), y)
        self.opt.zero_grad()
        loss.backward()
        self.opt.step()
        norm = clip_grad_norm_(self.net.parameters(), 0.5)
        return loss.item()
trainer = Trainer(nn.Linear(3, 1))
value = trainer.train_step(torch.randn(4, 3), torch.randn(4, 1))
""",
    ),
    "clipped by value after the step, cleared at the end": (
        "nn.utils.clip_grad_value_() stands after opt.step()",
        """
net = nn.Linear(3, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
data = [(torch.randn(4, 3), torch.randn(4, 1)) for _ in range(3)]
for x, y in data:
    loss = F.mse_loss(net(x), y)
    loss.backward()
    opt.step()
    nn.utils.clip_grad_value_(net.parameters(), 0.1)
    opt.zero_grad()
""",
    ),
    "clipped before backward": (
        "before backward(): there are no gradients to clip yet",
        """
def fit(net, data, clip=1.0):
    opt = torch.optim.SGD(net.parameters(), lr=0.1)
    for x, y in data:
        opt.zero_grad()
        loss = F.mse_loss(net(x), y)
        nn.utils.clip_grad_norm_(net.parameters(), clip)
        loss.backward()
        opt.step()
fit(nn.Linear(3, 1), [(torch.randn(4, 3), torch.randn(4, 1)) for _ in range(3)])
""",
    ),
    "evaluated in each epoch, train() before the loop": (
        "model.eval() runs in this loop of steps",
        """
model = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 2))
opt = torch.optim.Adam(model.parameters())
x, y = torch.randn(16, 4), torch.randint(0, 2, (16,))
model.train()
for epoch in range(3):
    opt.zero_grad()
    loss = F.cross_entropy(model(x), y)
    loss.backward()
    opt.step()
    model.eval()
    with torch.no_grad():
        acc = (model(x).argmax(1) == y).float().mean()
""",
    ),
    "evaluated in each epoch, never train()": (
        "the Dropout layers let everything through",
        """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc, self.drop, self.out = nn.Linear(4, 8), nn.Dropout(0.5), nn.Linear(8, 1)
    def forward(self, x):
        return self.out(self.drop(F.relu(self.fc(x))))
def evaluate(model, x, y):
    model.eval()
    with torch.no_grad():
        return F.mse_loss(model(x), y).item()
def train(model, optimizer, batches):
    for x, y in batches:
        optimizer.zero_grad()
        loss = F.mse_loss(model(x), y)
        loss.backward()
        optimizer.step()
net = Net()
opt = torch.optim.Adam(net.parameters())
batches = [(torch.randn(8, 4), torch.randn(8, 1)) for _ in range(2)]
for epoch in range(3):
    train(net, opt, batches)
    val = evaluate(net, batches[0][0], batches[0][1])
""",
    ),
    "evaluated every few steps": (
        "net.eval() runs in this loop of steps",
        """
net = nn.Sequential(nn.Linear(4, 8), nn.Dropout(), nn.Linear(8, 1))
opt = torch.optim.Adam(net.parameters())
x, y = torch.randn(16, 4), torch.randn(16, 1)
net.train()
for step in range(20):
    opt.zero_grad()
    F.mse_loss(net(x), y).backward()
    opt.step()
    if step % 5 == 4:
        net.eval()
        with torch.inference_mode():
            print(step, F.mse_loss(net(x), y).item())
""",
    ),
    "log_softmax over the batch": (
        "for scores of shape (8, 3) that is the batch",
        """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 3)
    def forward(self, x):
        return F.log_softmax(self.fc(x), dim=0)
model, criterion = Net(), nn.NLLLoss()
loss = criterion(model(torch.randn(8, 4)), torch.randint(0, 3, (8,)))
""",
    ),
    "log of softmax over the batch": (
        "each class sums to 1 over the 6 samples",
        """
net = nn.Linear(4, 3)
probs = torch.softmax(net(torch.randn(6, 4)), dim=0)
loss = F.nll_loss(torch.log(probs), torch.randint(0, 3, (6,)))
""",
    ),
    "LogSoftmax of dim 0 in a Sequential": (
        "net[2] has dim=0",
        """
net = nn.Sequential(nn.Flatten(), nn.Linear(12, 5), nn.LogSoftmax(dim=0))
opt = torch.optim.SGD(net.parameters(), lr=0.1)
for _ in range(2):
    opt.zero_grad()
    loss = F.nll_loss(net(torch.randn(7, 3, 4)), torch.randint(0, 5, (7,)))
    loss.backward()
    opt.step()
""",
    ),
    "one layer times n in a ModuleList": (
        "[nn.Linear(8, 8) for _ in range(3)]",
        """
class Deep(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(8, 8)] * 3)
    def forward(self, x):
        for layer in self.layers:
            x = torch.relu(layer(x))
        return x
net = Deep()
out = net(torch.randn(2, 8))
""",
    ),
    "one block times n in a Sequential": (
        "there is one Block, used 4 times",
        """
class Block(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.fc, self.norm = nn.Linear(dim, dim), nn.LayerNorm(dim)
    def forward(self, x):
        return x + self.norm(self.fc(x))
class Encoder(nn.Module):
    def __init__(self, dim, depth):
        super().__init__()
        blocks = [Block(dim)] * depth
        self.blocks = nn.Sequential(*blocks)
    def forward(self, x):
        return self.blocks(x)
model = Encoder(6, 4)
""",
    ),
    "one convolution times n, at the prompt": (
        "each layer in [nn.Conv2d(4, 4, 3, padding=1), nn.ReLU()] is used 3 times",
        """
body = nn.Sequential(*([nn.Conv2d(4, 4, 3, padding=1), nn.ReLU()] * 3))
""",
    ),
    "a named layer times n": (
        "each layer in [layer] is used 2 times",
        """
class Stack(nn.Module):
    def __init__(self, layer, n):
        super().__init__()
        self.layers = nn.ModuleList([layer] * n)
    def forward(self, x):
        for each in self.layers:
            x = each(x)
        return x
stack = Stack(nn.TransformerEncoderLayer(8, 2, batch_first=True), 2)
""",
    ),
    "heads merged without the transpose back": (
        "from (2, 4, 5, 3) to (2, 5, 12)",
        """
class Attention(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.h, self.dk = heads, dim // heads
        self.q, self.k, self.v, self.o = [nn.Linear(dim, dim) for _ in range(4)]
    def forward(self, x):
        B, T, C = x.size()
        q = self.q(x).view(B, T, self.h, self.dk).transpose(1, 2)
        k = self.k(x).view(B, T, self.h, self.dk).transpose(1, 2)
        v = self.v(x).view(B, T, self.h, self.dk).transpose(1, 2)
        att = (q @ k.transpose(-2, -1) / self.dk ** 0.5).softmax(dim=-1)
        y = att @ v
        y = y.contiguous().view(B, T, C)
        return self.o(y)
out = Attention(12, 4)(torch.randn(2, 5, 12))
""",
    ),
    "heads split in the wrong order": (
        "q.reshape(2, 5, 4, 3).transpose(1, 2)",
        """
q = nn.Linear(12, 12)(torch.randn(2, 5, 12))
heads = q.view(2, 4, 5, 3)
scores = heads @ heads.transpose(-2, -1)
""",
    ),
    "scores of each pixel by view": (
        "logits.movedim(1, -1).reshape(-1, logits.shape[1])",
        """
seg = nn.Conv2d(3, 5, 1)
images, masks = torch.rand(2, 3, 4, 6), torch.randint(0, 5, (2, 4, 6))
def loss_of(images, masks):
    logits = seg(images)
    return F.cross_entropy(logits.reshape(-1, logits.shape[1]), masks.reshape(-1))
loss = loss_of(images, masks)
""",
    ),
    "feature map to tokens by reshape": (
        "features.flatten(2).transpose(1, 2)",
        """
conv = nn.Conv2d(3, 16, 4, stride=4)
def tokens(images):
    features = conv(images)
    b, c, h, w = features.shape
    return features.reshape(b, h * w, c)
out = tokens(torch.rand(2, 3, 32, 32))
""",
    ),
    "tokens to a feature map by view": (
        "x.transpose(1, 2).reshape(b, c, 5, 4)",
        """
class Head(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(16, 2, 1)
    def forward(self, x):
        b, n, c = x.shape
        x = x.view(b, c, 5, 4)
        return self.conv(x)
out = Head()(torch.rand(3, 20, 16))
""",
    ),
    "the state of a bidirectional LSTM by view": (
        "from (2, 3, 6) to (3, 12)",
        """
class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(5, 6, bidirectional=True, batch_first=True)
        self.fc = nn.Linear(12, 2)
    def forward(self, x):
        _, (h_n, _) = self.lstm(x)
        return self.fc(h_n.view(x.size(0), -1))
out = Classifier()(torch.randn(3, 7, 5))
""",
    ),
    "the state of two layers by reshape": (
        "hidden.transpose(0, 1).reshape(2, -1)",
        """
rnn = nn.GRU(4, 5, num_layers=2)
out, hidden = rnn(torch.randn(6, 2, 4))
summary = hidden.reshape(2, -1)
""",
    ),
    "a generator that is detached": (
        "opt_g.step() changed nothing",
        """
G, D = nn.Linear(2, 3), nn.Linear(3, 1)
opt_g, opt_d = torch.optim.Adam(G.parameters()), torch.optim.Adam(D.parameters())
criterion = nn.BCEWithLogitsLoss()
for _ in range(2):
    real, z = torch.randn(4, 3), torch.randn(4, 2)
    fake = G(z)
    opt_d.zero_grad()
    d_loss = criterion(D(real), torch.ones(4, 1)) + criterion(D(fake.detach()), torch.zeros(4, 1))
    d_loss.backward()
    opt_d.step()
    opt_g.zero_grad()
    g_loss = criterion(D(fake.detach()), torch.ones(4, 1))
    g_loss.backward()
    opt_g.step()
""",
    ),
    "a generator that is detached, in a class": (
        "fake.detach() has no graph. Compute the loss from fake",
        """
class GAN:
    def __init__(self):
        self.g, self.d = nn.Linear(2, 3), nn.Linear(3, 1)
        self.opt_g = torch.optim.Adam(self.g.parameters())
        self.opt_d = torch.optim.Adam(self.d.parameters())
    def train_generator(self, z):
        self.opt_g.zero_grad()
        fake = self.g(z)
        loss = F.binary_cross_entropy_with_logits(self.d(fake.detach()), torch.ones(len(z), 1))
        loss.backward()
        self.opt_g.step()
        return loss.item()
gan = GAN()
for _ in range(3):
    value = gan.train_generator(torch.randn(4, 2))
""",
    ),
    "an encoder whose code is cut off": (
        "code.data has no graph",
        """
encoder, head = nn.Linear(4, 2), nn.Linear(2, 3)
opt_e, opt_h = torch.optim.SGD(encoder.parameters(), lr=0.1), torch.optim.SGD(head.parameters(), lr=0.1)
for _ in range(2):
    opt_e.zero_grad()
    opt_h.zero_grad()
    code = encoder(torch.randn(5, 4))
    loss = F.cross_entropy(head(code.data), torch.randint(0, 3, (5,)))
    loss.backward()
    opt_e.step()
    opt_h.step()
""",
    ),
    "a term that is a number": (
        "kl has no graph, since it comes of item()",
        """
teacher, student = nn.Linear(4, 3), nn.Linear(4, 3)
opt = torch.optim.SGD(student.parameters(), lr=0.1)
for _ in range(2):
    x, y = torch.randn(5, 4), torch.randint(0, 3, (5,))
    scores = student(x)
    ce = F.cross_entropy(scores, y)
    kl = F.mse_loss(scores, teacher(x).detach()).item()
    loss = ce + 0.5 * kl
    opt.zero_grad()
    loss.backward()
    opt.step()
""",
    ),
    "a term that is detached": (
        "aux has no graph, since it comes of detach()",
        """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.body, self.head = nn.Linear(4, 4), nn.Linear(4, 2)
def total_loss(model, x, y):
    features = model.body(x)
    main = F.cross_entropy(model.head(features), y)
    aux = F.l1_loss(model.body(x), x).detach()
    return main + aux
model = Model()
loss = total_loss(model, torch.randn(3, 4), torch.randint(0, 2, (3,)))
loss.backward()
""",
    ),
    "a term turned into a float": (
        "since it comes of float()",
        """
net, criterion = nn.Linear(4, 1), nn.MSELoss()
x, y = torch.randn(6, 4), torch.randn(6, 1)
first = criterion(net(x), y)
second = float(criterion(net(x * 2), y).detach())
total = first + second
total.backward()
""",
    ),
    "a scheduler in place of the optimizer": (
        "Nothing in this loop steps the optimizer",
        """
import warnings; warnings.simplefilter("ignore")
net = nn.Linear(3, 1)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 10)
for epoch in range(3):
    optimizer.zero_grad()
    loss = net(torch.randn(4, 3)).pow(2).mean()
    loss.backward()
    scheduler.step()
""",
    ),
    "a scheduler or else the optimizer": (
        "in the two branches of one `if`",
        """
import warnings; warnings.simplefilter("ignore")
def fit(net, opt, sched=None):
    for _ in range(2):
        opt.zero_grad()
        net(torch.randn(4, 3)).pow(2).mean().backward()
        if sched is not None:
            sched.step()
        else:
            opt.step()
net = nn.Linear(3, 1)
opt = torch.optim.Adam(net.parameters())
decay = torch.optim.lr_scheduler.ExponentialLR(opt, 0.9)
fit(net, opt, decay)
""",
    ),
    "a scheduler stepped for each batch": (
        "after 3 epochs only 9e-10 of the learning rate is left",
        """
net = nn.Linear(3, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
sched = torch.optim.lr_scheduler.ExponentialLR(opt, gamma=0.5)
batches = [torch.randn(4, 3) for _ in range(10)]
for epoch in range(3):
    for x in batches:
        opt.zero_grad()
        net(x).pow(2).mean().backward()
        opt.step()
        sched.step()
""",
    ),
    "a cosine of epochs stepped for each batch": (
        "T_max=5 is reached after 5 batches",
        """
def train_epoch(net, opt, sched, batches):
    for x in batches:
        opt.zero_grad()
        net(x).pow(2).mean().backward()
        opt.step()
        sched.step()
net, epochs = nn.Linear(3, 1), 5
opt = torch.optim.SGD(net.parameters(), lr=0.1)
sched = torch.optim.lr_scheduler.CosineAnnealingLR(opt, T_max=epochs)
batches = [torch.randn(4, 3) for _ in range(4)]
for epoch in range(epochs):
    train_epoch(net, opt, sched, batches)
""",
    ),
    "kl_div of probabilities": (
        "kl_div takes log probabilities first",
        """
student, teacher = nn.Linear(4, 3), nn.Linear(4, 3)
x = torch.randn(5, 4)
loss = F.kl_div(F.softmax(student(x), dim=1), F.softmax(teacher(x), dim=1), reduction="batchmean")
""",
    ),
    "KLDivLoss of probabilities in a function": (
        "p_s has probabilities",
        """
def distill(s, t, T=2.0):
    p_s = torch.softmax(s / T, dim=-1)
    p_t = torch.softmax(t / T, dim=-1)
    return nn.KLDivLoss(reduction="batchmean")(p_s, p_t) * T * T
loss = distill(torch.randn(4, 6, requires_grad=True), torch.randn(4, 6))
""",
    ),
    "kl_div of numbers that sum to 1": (
        "p.log()",
        """
p = torch.tensor([[0.2, 0.8], [0.5, 0.5]])
q = torch.tensor([[0.3, 0.7], [0.1, 0.9]])
loss = F.kl_div(p, q, reduction="batchmean")
""",
    ),
    "kl_div to a log target": (
        "log_target=True",
        """
scores, wanted = torch.randn(4, 6, requires_grad=True), torch.randn(4, 6)
loss = F.kl_div(F.log_softmax(scores, dim=1), F.log_softmax(wanted, dim=1), reduction="batchmean")
""",
    ),
    "functional dropout in eval mode": (
        "F.dropout(h, p=0.5, training=self.training)",
        """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(4, 8), nn.Linear(8, 2)
    def forward(self, x):
        h = F.relu(self.a(x))
        h = F.dropout(h, p=0.5)
        return self.b(h)
model = Net()
model.eval()
pred = model(torch.randn(3, 4)).argmax(1)
""",
    ),
    "functional dropout in an evaluation": (
        "does not know of model.eval()",
        """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.fc = nn.Conv2d(1, 4, 3), nn.Linear(4 * 36, 3)
    def forward(self, x):
        x = F.dropout2d(F.relu(self.conv(x)))
        return self.fc(x.flatten(1))
def evaluate(model, x):
    model.eval()
    with torch.no_grad():
        return model(x).argmax(1)
net = Net()
labels = evaluate(net, torch.randn(2, 1, 8, 8))
""",
    ),
    "functional dropout in a part": (
        "F.dropout(x, self.p, training=self.training)",
        """
class Part(nn.Module):
    def __init__(self):
        super().__init__()
        self.p, self.fc = 0.2, nn.Linear(4, 4)
    def forward(self, x):
        x = self.fc(x)
        return F.dropout(x, self.p)
class Whole(nn.Module):
    def __init__(self):
        super().__init__()
        self.part, self.out = Part(), nn.Linear(4, 1)
    def forward(self, x):
        return self.out(self.part(x))
whole = Whole()
_ = whole.eval()
y = whole(torch.ones(2, 4))
""",
    ),
    "right samples over the number of batches": (
        "write correct / len(test_loader.dataset)",
        """
from torch.utils.data import DataLoader, TensorDataset
test_loader = DataLoader(TensorDataset(torch.randn(20, 3), torch.randint(0, 2, (20,))), batch_size=4)
net = nn.Linear(3, 2)
correct = 0
with torch.no_grad():
    for x, y in test_loader:
        _, pred = torch.max(net(x), 1)
        correct += (pred == y).sum().item()
    print(f"accuracy {100 * correct / len(test_loader):.1f}%")
""",
    ),
    "right samples over the number of batches, in a function": (
        "hits counts right predictions",
        """
from torch.utils.data import DataLoader, TensorDataset
def test(model, loader):
    model.eval()
    hits, total_loss = 0, 0.0
    with torch.no_grad():
        for xb, yb in loader:
            out = model(xb)
            total_loss += F.cross_entropy(out, yb).item()
            hits += out.argmax(dim=1).eq(yb).sum().item()
    return total_loss / len(loader), hits / len(loader)
data = TensorDataset(torch.randn(20, 3), torch.randint(0, 2, (20,)))
loss, acc = test(nn.Linear(3, 2), DataLoader(data, batch_size=5))
""",
    ),
    "right samples over the number of batches, assigned": (
        "correct / len(loader) is no accuracy",
        """
from torch.utils.data import DataLoader, TensorDataset
def accuracy(net, loader):
    correct = 0
    for i, (x, y) in enumerate(loader):
        n_right = torch.sum(net(x).argmax(-1) == y)
        correct = correct + n_right.item()
    acc = correct / len(loader)
    return acc
loader = DataLoader(TensorDataset(torch.randn(20, 3), torch.randint(0, 2, (20,))), batch_size=5)
value = accuracy(nn.Linear(3, 2), loader)
""",
    ),
    "a layer made in forward": (
        "self.fc = nn.Linear(6, 2), and call self.fc here",
        """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(1, 2, 3)
    def forward(self, x):
        x = self.conv(x).flatten(1)
        fc = nn.Linear(6, 2)
        return fc(x)
out = Net()(torch.randn(4, 1, 5))
""",
    ),
    "a layer of the size of the input made in forward": (
        "Make the layer once, in __init__().",
        """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU())
    def forward(self, x):
        x = self.body(x).flatten(1)
        n = x.shape[1]
        return nn.Linear(n, 10).to(x.device)(x)
net = Net()
loss = F.cross_entropy(net(torch.randn(2, 1, 6, 6)), torch.tensor([1, 2]))
loss.backward()
""",
    ),
    "a layer made in a helper of forward": (
        "nn.Conv2d(3, 3, 1) is made anew",
        """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.out = nn.Linear(3, 2)
    def project(self, x):
        conv = nn.Conv2d(3, 3, 1)
        return F.relu(conv(x))
    def forward(self, x):
        return self.out(self.project(x).mean((2, 3)))
scores = Net()(torch.rand(2, 3, 4, 4))
""",
    ),
    "clipped in a trainer with a config": (
        "self.optimizer.zero_grad(set_to_none=True) clears them",
        """
cfg = {"lr": 1e-3, "clip": 1.0, "epochs": 2}
class Trainer:
    def __init__(self, model, loader, cfg):
        self.model, self.loader, self.cfg = model, loader, cfg
        self.optimizer = torch.optim.AdamW(model.parameters(), lr=cfg["lr"])
        self.criterion = nn.CrossEntropyLoss()
    def run_epoch(self, epoch):
        self.model.train()
        total = 0.0
        for batch in self.loader:
            xb, yb = batch
            loss = self.criterion(self.model(xb), yb)
            self.optimizer.zero_grad(set_to_none=True)
            loss.backward()
            self.optimizer.step()
            if self.cfg["clip"]:
                torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.cfg["clip"])
            total += loss.item()
        return total / len(self.loader)
    def fit(self):
        for epoch in range(self.cfg["epochs"]):
            avg = self.run_epoch(epoch)
from torch.utils.data import DataLoader, TensorDataset
loader = DataLoader(TensorDataset(torch.randn(12, 4), torch.randint(0, 3, (12,))), batch_size=4)
t = Trainer(nn.Linear(4, 3), loader, cfg)
t.fit()
""",
    ),
    "evaluated in a trainer, train() before the loop": (
        "self.model.eval() runs in this loop of steps",
        """
class Trainer:
    def __init__(self, model):
        self.model = model
        self.opt = torch.optim.Adam(model.parameters())
    def train_epoch(self, x, y):
        self.opt.zero_grad()
        loss = F.cross_entropy(self.model(x), y)
        loss.backward()
        self.opt.step()
        return loss.item()
    @torch.no_grad()
    def evaluate(self, x, y):
        self.model.eval()
        return (self.model(x).argmax(1) == y).float().mean().item()
    def fit(self, x, y, epochs=5):
        history = []
        self.model.train()
        for epoch in range(epochs):
            loss = self.train_epoch(x, y)
            acc = self.evaluate(x, y)
            history.append((loss, acc))
        return history
net = nn.Sequential(nn.Linear(4, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 3))
trainer = Trainer(net)
h = trainer.fit(torch.randn(20, 4), torch.randint(0, 3, (20,)))
""",
    ),
    "evaluated with loaders of a dataset of one's own": (
        "model.eval() runs in this loop of steps",
        """
from torch.utils.data import DataLoader, Dataset
class D(Dataset):
    def __len__(self): return 16
    def __getitem__(self, i): return torch.randn(4), torch.tensor(i % 2)
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.seq = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Dropout(0.2), nn.Linear(8, 2))
    def forward(self, x): return self.seq(x)
model = Net()
train_dl, val_dl = DataLoader(D(), batch_size=4), DataLoader(D(), batch_size=4)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
criterion = nn.CrossEntropyLoss()
model.train()
for epoch in range(2):
    for xb, yb in train_dl:
        optimizer.zero_grad()
        loss = criterion(model(xb), yb)
        loss.backward()
        optimizer.step()
    model.eval()
    val = 0
    with torch.no_grad():
        for xb, yb in val_dl:
            val += criterion(model(xb), yb).item()
    print(epoch, val / len(val_dl))
""",
    ),
    "the largest of each row of a softmax over the batch": (
        "self.softmax has dim=0",
        """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 3)
        self.softmax = nn.Softmax(dim=0)
    def forward(self, x):
        return self.softmax(self.fc(x))
net = Net()
x, y = torch.randn(8, 4), torch.randint(0, 3, (8,))
acc = (net(x).argmax(dim=1) == y).float().mean()
""",
    ),
    "one block times n in a helper": (
        "each layer in [block] is used 3 times",
        """
def make_layers(block, n):
    return nn.Sequential(*[block] * n)
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, padding=1)
        self.body = make_layers(nn.Conv2d(8, 8, 3, padding=1), 3)
    def forward(self, x): return self.body(self.stem(x))
net = Net()
""",
    ),
    "an image to a batch of one by view": (
        "x.permute(2, 0, 1).unsqueeze(0)",
        """
import numpy as np
img = torch.from_numpy(np.random.rand(32, 48, 3)).float()
def preprocess(img):
    x = img / 255
    return x.view(1, 3, 32, 48)
conv = nn.Conv2d(3, 4, 3)
out = conv(preprocess(img))
""",
    ),
    "heads split in a method": (
        "x.reshape(b, t, self.h, d // self.h).transpose(1, 2)",
        """
class MHA(nn.Module):
    def __init__(self, d, h):
        super().__init__()
        self.h, self.q, self.k, self.v, self.o = h, nn.Linear(d, d), nn.Linear(d, d), nn.Linear(d, d), nn.Linear(d, d)
    def split(self, x):
        b, t, d = x.shape
        return x.view(b, self.h, t, d // self.h)
    def forward(self, x):
        q, k, v = self.split(self.q(x)), self.split(self.k(x)), self.split(self.v(x))
        a = F.softmax(q @ k.transpose(-1, -2), dim=-1)
        return self.o((a @ v).transpose(1, 2).reshape(x.shape))
y = MHA(16, 4)(torch.randn(2, 7, 16))
""",
    ),
    "scores of each token by view": (
        "out.movedim(1, -1).reshape(-1, model.n_tags)",
        """
class Tagger(nn.Module):
    def __init__(self, n_tags=5):
        super().__init__()
        self.emb, self.conv = nn.Embedding(20, 8), nn.Conv1d(8, n_tags, 3, padding=1)
        self.n_tags = n_tags
    def forward(self, ids):
        return self.conv(self.emb(ids).transpose(1, 2))
model, criterion = Tagger(), nn.CrossEntropyLoss()
ids, tags = torch.randint(0, 20, (3, 7)), torch.randint(0, 5, (3, 7))
out = model(ids)
loss = criterion(out.view(-1, model.n_tags), tags.view(-1))
""",
    ),
    "a generator under no_grad": (
        "fake was computed under torch.no_grad()",
        """
gen = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))
disc = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 1), nn.Sigmoid())
optim_g, optim_d = torch.optim.Adam(gen.parameters()), torch.optim.Adam(disc.parameters())
bce = nn.BCELoss()
def train_step(real):
    b = real.size(0)
    ones, zeros = torch.ones(b, 1), torch.zeros(b, 1)
    with torch.no_grad():
        fake = gen(torch.randn(b, 4))
    optim_d.zero_grad()
    loss_d = bce(disc(real), ones) + bce(disc(fake), zeros)
    loss_d.backward()
    optim_d.step()
    optim_g.zero_grad()
    loss_g = bce(disc(fake), ones)
    loss_g.backward()
    optim_g.step()
    return loss_d.item(), loss_g.item()
for _ in range(3):
    losses = train_step(torch.randn(8, 2))
""",
    ),
    "a generator that is detached, line by line": (
        "G(z).detach() has no graph",
        """
G, D = nn.Linear(2, 3), nn.Linear(3, 1)
opt_G, opt_D = torch.optim.Adam(G.parameters()), torch.optim.Adam(D.parameters())
z = torch.randn(4, 2)
fake = G(z).detach()
loss_D = F.binary_cross_entropy_with_logits(D(fake), torch.zeros(4, 1))
loss_D.backward()
opt_D.step()
opt_G.zero_grad()
loss_G = F.binary_cross_entropy_with_logits(D(fake), torch.ones(4, 1))
loss_G.backward()
opt_G.step()
""",
    ),
    "milestones of epochs reached by batches": (
        "milestones [2, 4] are reached",
        """
from torch.utils.data import DataLoader, TensorDataset
loader = DataLoader(TensorDataset(torch.randn(40, 4), torch.randn(40, 1)), batch_size=4)
def train(model, loader, epochs=6):
    opt = torch.optim.SGD(model.parameters(), lr=0.1)
    scheduler = torch.optim.lr_scheduler.MultiStepLR(opt, milestones=[2, 4], gamma=0.01)
    for epoch in range(epochs):
        for xb, yb in loader:
            opt.zero_grad()
            F.mse_loss(model(xb), yb).backward()
            opt.step()
            scheduler.step()
    return scheduler.get_last_lr()
lr = train(nn.Linear(4, 1), loader)
""",
    ),
    "kl_div of probabilities in a distiller": (
        "F.softmax(s / self.T, dim=1) has probabilities",
        """
class Distiller(nn.Module):
    def __init__(self, student, teacher, T=4.0, alpha=0.5):
        super().__init__()
        self.student, self.teacher, self.T, self.alpha = student, teacher, T, alpha
        self.kl = nn.KLDivLoss(reduction="batchmean")
    def forward(self, x, y):
        s = self.student(x)
        with torch.no_grad():
            t = self.teacher(x)
        soft = self.kl(F.softmax(s / self.T, dim=1), F.softmax(t / self.T, dim=1)) * self.T ** 2
        return self.alpha * F.cross_entropy(s, y) + (1 - self.alpha) * soft
d = Distiller(nn.Linear(4, 3), nn.Linear(4, 3))
loss = d(torch.randn(5, 4), torch.randint(0, 3, (5,)))
loss.backward()
""",
    ),
    "right samples over the number of batches, in a class": (
        "write num_correct / len(self.loader.dataset)",
        """
from torch.utils.data import DataLoader, TensorDataset
val_loader = DataLoader(TensorDataset(torch.randn(30, 4), torch.randint(0, 3, (30,))), batch_size=10)
class Eval:
    def __init__(self, model, loader):
        self.model, self.loader = model, loader
    def accuracy(self):
        self.model.eval()
        num_correct = 0
        with torch.no_grad():
            for data, target in self.loader:
                scores = self.model(data)
                preds = scores.argmax(dim=1, keepdim=True)
                num_correct += preds.eq(target.view_as(preds)).sum().item()
        return 100. * num_correct / len(self.loader)
ev = Eval(nn.Linear(4, 3), val_loader)
acc = ev.accuracy()
""",
    ),
    "right samples over the number of batches, line by line": (
        "running_corrects / len(testloader) is no accuracy",
        """
from torch.utils.data import DataLoader, TensorDataset
testloader = DataLoader(TensorDataset(torch.randn(30, 4), torch.randint(0, 3, (30,))), batch_size=10)
net = nn.Linear(4, 3)
running_corrects = 0
for inputs, labels in testloader:
    outputs = net(inputs)
    _, preds = torch.max(outputs, 1)
    running_corrects += torch.sum(preds == labels.data)
epoch_acc = running_corrects.double() / len(testloader)
print(f"acc {epoch_acc:.3f}")
""",
    ),
    "a Sequential made in forward": (
        "nn.Sequential(nn.ReLU(), nn.Linear(8, 2)) is made anew",
        """
class Head(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(4, 8)
    def forward(self, x):
        x = self.body(x)
        head = nn.Sequential(nn.ReLU(), nn.Linear(8, 2))
        return head(x)
net = Head()
out = net(torch.randn(3, 4))
""",
    ),
    "a divergence that is a number": (
        "kld has no graph",
        """
class VAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc, self.dec = nn.Linear(6, 4), nn.Linear(2, 6)
    def forward(self, x):
        mu, logvar = self.enc(x).chunk(2, dim=1)
        z = mu + torch.randn_like(mu) * (0.5 * logvar).exp()
        return self.dec(z), mu, logvar
vae = VAE()
opt = torch.optim.Adam(vae.parameters())
for _ in range(2):
    x = torch.rand(5, 6)
    recon, mu, logvar = vae(x)
    kld = (-0.5 * (1 + logvar - mu ** 2 - logvar.exp()).sum()).item()
    loss = F.mse_loss(recon, x, reduction="sum") + kld
    opt.zero_grad()
    loss.backward()
    opt.step()
""",
    ),
    "the state of a deep bidirectional LSTM": (
        "hidden.transpose(0, 1).reshape(text.shape[0], -1)",
        """
class Sentiment(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(50, 8)
        self.lstm = nn.LSTM(8, 16, num_layers=2, bidirectional=True, batch_first=True)
        self.fc = nn.Linear(64, 1)
    def forward(self, text):
        output, (hidden, cell) = self.lstm(self.embedding(text))
        hidden = hidden.reshape(text.shape[0], -1)
        return self.fc(hidden)
m = Sentiment()
p = m(torch.randint(0, 50, (4, 9)))
""",
    ),
    "columns of a feature map by view": (
        "f.permute(0, 3, 1, 2).reshape(b, w, c * h)",
        """
class CRNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.cnn = nn.Conv2d(1, 8, 3, padding=1)
        self.rnn = nn.LSTM(8 * 10, 16, batch_first=True)
    def forward(self, x):
        f = self.cnn(x)
        b, c, h, w = f.shape
        f = f.view(b, w, c * h)
        out, _ = self.rnn(f)
        return out
o = CRNN()(torch.randn(2, 1, 10, 20))
""",
    ),
    "log_softmax over the batch in a trained classifier": (
        "torch.log_softmax(logits, 0) has dim=0",
        """
class Clf(nn.Module):
    def __init__(self, n_in=6, n_cls=4):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(n_in, 12), nn.ReLU(), nn.Linear(12, n_cls))
    def forward(self, x):
        logits = self.net(x)
        return torch.log_softmax(logits, 0)
def train(model, xs, ys, n=3):
    crit = nn.NLLLoss()
    opt = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(n):
        out = model(xs)
        loss = crit(out, ys)
        opt.zero_grad()
        loss.backward()
        opt.step()
    return loss
clf = Clf()
l = train(clf, torch.randn(10, 6), torch.randint(0, 4, (10,)))
""",
    ),
    "the largest of each row by max": (
        "net[1] has dim=0",
        """
net = nn.Sequential(nn.Linear(4, 3), nn.Softmax(dim=0))
x, y = torch.randn(8, 4), torch.randint(0, 3, (8,))
with torch.no_grad():
    probs = net(x)
    conf, pred = probs.max(dim=1)
    acc = (pred == y).float().mean()
""",
    ),
    "a list of layers times n between others": (
        "[nn.Linear(hidden, hidden) for _ in range(n)]",
        """
class MLP(nn.Module):
    def __init__(self, hidden=16, n=3):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(4, hidden)] + [nn.Linear(hidden, hidden)] * n + [nn.Linear(hidden, 2)])
    def forward(self, x):
        for l in self.layers[:-1]:
            x = F.relu(l(x))
        return self.layers[-1](x)
net = MLP()
""",
    ),
    "functional dropout in a prediction": (
        "p=0.4, training=self.training)",
        """
class M(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru, self.out = nn.GRU(3, 6, batch_first=True), nn.Linear(6, 1)
    def forward(self, x):
        h, _ = self.gru(x)
        h = nn.functional.dropout(h[:, -1], p=0.4)
        return self.out(h)
def predict(model, loader):
    model.eval()
    preds = []
    with torch.no_grad():
        for x in loader:
            preds.append(model(x))
    return torch.cat(preds)
model = M()
p = predict(model, [torch.randn(2, 4, 3) for _ in range(3)])
""",
    ),
    "right samples divided in place": (
        "write correct / len(dataloader.dataset)",
        """
from torch.utils.data import DataLoader, TensorDataset
dl = DataLoader(TensorDataset(torch.randn(24, 3), torch.randint(0, 2, (24,))), batch_size=8)
def test_loop(dataloader, model, loss_fn):
    num_batches = len(dataloader)
    test_loss, correct = 0, 0
    with torch.no_grad():
        for X, y in dataloader:
            pred = model(X)
            test_loss += loss_fn(pred, y).item()
            correct += (pred.argmax(1) == y).type(torch.float).sum().item()
    test_loss /= num_batches
    correct /= num_batches
    return test_loss, correct
model, loss_fn = nn.Linear(3, 2), nn.CrossEntropyLoss()
r = test_loop(dl, model, loss_fn)
""",
    ),
    "layers made in a loop of forward": (
        "nn.Linear(i, o) is made anew",
        """
class Net(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.sizes = sizes
    def forward(self, x):
        for i, o in zip(self.sizes, self.sizes[1:]):
            x = torch.relu(nn.Linear(i, o)(x))
        return x
net = Net([4, 8, 2])
out = net(torch.randn(3, 4))
""",
    ),
    "a scheduler of the function in place of the optimizer": (
        "Nothing in this loop steps the optimizer",
        """
def fit(model, x, y, epochs=3):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=1)
    for _ in range(epochs):
        optimizer.zero_grad()
        loss = F.mse_loss(model(x), y)
        loss.backward()
        scheduler.step()
    return loss
import warnings; warnings.simplefilter("ignore")
l = fit(nn.Linear(2, 1), torch.randn(4, 2), torch.randn(4, 1))
""",
    ),
    "a code that went through NumPy": (
        "Compute the loss from enc(x).",
        """
enc, dec = nn.Linear(4, 2), nn.Linear(2, 4)
opt = torch.optim.Adam(enc.parameters())
opt2 = torch.optim.Adam(dec.parameters())
x = torch.randn(6, 4)
for _ in range(2):
    z = torch.from_numpy(enc(x).detach().numpy())
    loss = F.mse_loss(dec(z), x)
    opt.zero_grad(); opt2.zero_grad()
    loss.backward()
    opt.step(); opt2.step()
""",
    ),
}
