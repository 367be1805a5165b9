"""Programs of shapes, broadcasting and indexing that do what is meant: nothing is to be said of them."""

CORRECT_TENSORS: dict[str, str] = {
    "two random matrices, one of them reshaped": """
a = torch.rand(6).reshape(2, 3) @ torch.rand(6).reshape(3, 2)
""",
    "a random matrix reshaped for a product": """
a, b = torch.rand(4, 3), torch.rand(2, 3)
c = a @ b.reshape(3, 2)
""",
    "random in place for a product": "c = torch.rand(2, 3) @ torch.rand(2, 3).view(3, 2)\n",
    "a weight of ones": "x, w = torch.randn(4, 6), torch.ones(4, 6)\ny = x @ w.reshape(6, 4)\n",
    "reshapes of three dims to look at": """
x = torch.rand(2, 3, 4)
y = x.reshape(4, 3, 2)
z = x.view(3, 2, 4)
""",
    "reshapes of three dims, typed": """
x = torch.randn(2, 3, 4)
print(x.view(4, 2, 3).shape)
x.reshape(3, 4, 2)
""",
    "a demo of view and reshape": """
tensor = torch.randn(2, 3, 4)
reshaped = tensor.reshape(4, 3, 2)
t1 = torch.rand(3, 4, 5)
t2 = t1.view(5, 4, 3)
scores = torch.rand(2, 3, 4)
scores_view = scores.view(3, 2, 4)
""",
    "zeros reshaped": "x = torch.zeros(2, 3, 5).reshape(5, 3, 2)\n",
    "view of a product": "h = torch.randn(6, 4)\nheads = h.view(3, 2, 4).transpose(1, 2)\n",
    "split heads": """
def split(x, n):
    b, t, d = x.shape
    return x.view(b, t, n, d // n).transpose(1, 2)
def merge(x):
    b, n, t, d = x.shape
    return x.transpose(1, 2).reshape(b, t, n * d)
y = merge(split(torch.randn(2, 5, 8), 4))
""",
    "patches": """
img = torch.randn(1, 3, 8, 8)
p = img.unfold(2, 4, 4).unfold(3, 4, 4)
tokens = p.permute(0, 2, 3, 1, 4, 5).reshape(1, 4, 48)
""",
    "pairwise differences, None": """
x, y = torch.randn(4), torch.randn(4)
d = (x[:, None] - y[None, :]).abs().mean()
""",
    "pairwise differences, unsqueeze": """
x, y = torch.randn(4), torch.randn(4)
d = (x.unsqueeze(1) - y).pow(2).sum()
""",
    "pairwise in a function": """
def mmd(x, y, s=1.0):
    def kernel(a, b):
        return torch.exp(-(a[:, None] - b[None]).pow(2).sum(-1) / s).mean()
    return kernel(x, x) + kernel(y, y) - 2 * kernel(x, y)
value = mmd(torch.randn(5, 2), torch.randn(5, 2))
""",
    "log-sum-exp by hand": """
x = torch.randn(4, 3)
m = x.max(dim=1, keepdim=True).values
lse = (x - m).exp().sum(1).log() + m.squeeze(1)
""",
    "softmax by hand": """
def softmax(z):
    z = z - z.max(1, keepdim=True).values
    e = z.exp()
    return e / e.sum(1, keepdim=True)
p = softmax(torch.randn(4, 3))
""",
    "outer product": "u, v = torch.randn(4, 1), torch.randn(4)\nouter = u * v\n",
    "distance matrix by norms": """
x = torch.randn(5, 3)
sq = (x ** 2).sum(1, keepdim=True)
d = sq + sq.T - 2 * x @ x.T
""",
    "nearest centre": """
x, centres = torch.randn(20, 2), torch.randn(3, 2)
for _ in range(3):
    label = ((x[:, None] - centres) ** 2).sum(-1).argmin(1)
    centres = torch.stack([x[label == k].mean(0) if (label == k).any() else centres[k] for k in range(3)])
""",
    "relative positions": """
p = torch.arange(5)
rel = p[:, None] - p[None, :]
bias = nn.Embedding(9, 2)(rel + 4)
""",
    "same class mask": """
y = torch.tensor([0, 1, 0, 2])
same = y.unsqueeze(0) == y.unsqueeze(1)
n = same.float().sum()
""",
    "one-hot of a column": """
y = torch.tensor([0, 2, 1])
hot = (y.view(-1, 1) == torch.arange(3)).float()
""",
    "normalising by column": "x = torch.randn(6, 3)\nx = (x - x.mean(0)) / x.std(0)\n",
    "image normalising": """
mean, std = torch.tensor([0.5, 0.4, 0.3]), torch.tensor([0.2, 0.2, 0.2])
img = torch.rand(3, 8, 8)
img = (img - mean[:, None, None]) / std[:, None, None]
""",
    "shown values at the prompt": """
x = torch.arange(3)
x.float()
x.to(torch.float64)
x.add(1)
x.reshape(3, 1)
x.unsqueeze(0)
""",
    "shown on the same device": "x = torch.ones(3)\nx.to('cpu')\nx.cpu()\nx.detach()\ny = x + 1\n",
    "shown in turn": "x = torch.ones(3)\ny = torch.zeros(3)\nx.add(y)\nx.mul(2)\nz = x + y\n",
    "a method that both changes and gives": "x = torch.ones(3)\nx.add_(1)\nx.requires_grad_()\ny = x * 2\n",
    "module moved in place": """
net = nn.Linear(2, 1)
net.to('cpu');
net.float();
y = net(torch.ones(1, 2))
""",
    "integer counting": """
c = torch.zeros(5, dtype=torch.int64)
for i in [1, 2, 2]:
    c[i] += 1

c[0] = 3.0
""",
    "safe log": "p = torch.tensor([0., .5, .5])\nh = -(p * p.clamp(min=1e-9).log()).sum()\n",
    "where on a safe input": """
x = torch.tensor([-1., 0., 4.], requires_grad=True)
y = torch.where(x > 0, torch.where(x > 0, x, 1.).sqrt(), 0.).sum()
y.backward()
""",
    "inf as a start": """
best = torch.full((3,), float('inf'))
best = torch.minimum(best, torch.tensor([1., 2., 3.]))
""",
    "expanded for reading": """
row = torch.randn(3)
table = row.expand(4, 3)
total = table.sum(0)
mask = torch.ones(1, 4).expand(3, 4).clone()
mask[0, 2] = 0
""",
    "padding a batch": """
seqs = [torch.randn(n, 2) for n in (3, 5, 2)]
batch = torch.zeros(3, 5, 2)
for i, s in enumerate(seqs):
    batch[i, :len(s)] = s
""",
    "filled from broadcast": """
grid = torch.zeros(3, 4)
grid[:] = torch.arange(4.)
grid[1] = torch.arange(1.).expand(4)
""",
    "numpy round trip": """
import numpy as np
a = np.ones(3, dtype=np.float32)
x = torch.from_numpy(a).clone()
x[0] = 5
""",
}
