"""Programs with pictures as beginners' tutorials have them: a line that moves towards its points, a boundary between
two clouds that turns, the scatter of a data set before training in minibatches.

They call what such programs call, in that order, old-fashioned calls included; a pause is short.
"""

LINE = """\
import torch
import matplotlib.pyplot as plt
torch.manual_seed(10)

rate = 0.05

# cups of tea sold, by the hours of rain
hours = torch.rand(20, 1) * 10
cups = 2*hours + (5 + torch.randn(20, 1))

slope = torch.randn((1), requires_grad=True)
start = torch.zeros((1), requires_grad=True)

for turn in range(1000):

    scaled = torch.mul(slope, hours)
    guess = torch.add(scaled, start)

    loss = (0.5 * (cups - guess) ** 2).mean()
    loss.backward()

    start.data.sub_(rate * start.grad)
    slope.data.sub_(rate * slope.grad)

    slope.grad.zero_()
    start.grad.zero_()

    if turn % 20 == 0:
        plt.scatter(hours.data.numpy(), cups.data.numpy())
        plt.plot(hours.data.numpy(), guess.data.numpy(), 'r-', lw=5)
        plt.text(2, 20, 'Loss=%.4f' % loss.data.numpy(), fontdict={'size': 20, 'color':  'red'})
        plt.xlim(1.5, 10)
        plt.ylim(8, 28)
        plt.title(f"Turn: {turn}\\nslope: {slope.data.numpy()} start: {start.data.numpy()}")
        plt.pause(0.01)

        if loss.data.numpy() < 1:
            break
print('the', 'end')
"""

BOUNDARY = """\
import torch
import torch.nn as nn
import matplotlib.pyplot as plt
import numpy as np
torch.manual_seed(10)

# length and width of the petals of two flowers, from their mean
count = 100
apart = 1.7
shift = 1
ones = torch.ones(count, 2)
lily = torch.normal(apart * ones, 1) + shift
is_lily = torch.zeros(count)
rose = torch.normal(-apart * ones, 1) + shift
is_rose = torch.ones(count)
petals = torch.cat((lily, rose), 0)
kinds = torch.cat((is_lily, is_rose), 0)

class Sorter(nn.Module):
    def __init__(self):
        super(Sorter, self).__init__()
        self.weigh = nn.Linear(2, 1)
        self.squash = nn.Sigmoid()

    def forward(self, x):
        x = self.weigh(x)
        x = self.squash(x)
        return x

sorter = Sorter()
measure = nn.BCELoss()
optimizer = torch.optim.SGD(sorter.parameters(), lr=0.01, momentum=0.9)

for turn in range(1000):
    guess = sorter(petals)
    loss = measure(guess.squeeze(), kinds)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()

    if turn % 50 == 0:
        rounded = guess.ge(0.5).float().squeeze()
        right = (rounded == kinds).sum()
        share = right.item() / kinds.size(0)

        plt.scatter(lily.data.numpy()[:, 0], lily.data.numpy()[:, 1], c='r', label='lily')
        plt.scatter(rose.data.numpy()[:, 0], rose.data.numpy()[:, 1], c='b', label='rose')

        a, b = sorter.weigh.weight[0]
        a, b = float(a.item()), float(b.item())
        c = float(sorter.weigh.bias[0].item())
        across = np.arange(-6, 6, 0.1)
        up = (-a * across - c) / b

        plt.xlim(-5, 7)
        plt.ylim(-7, 7)
        plt.plot(across, up)

        plt.text(-5, 5, 'Loss=%.4f' % loss.data.numpy(), fontdict={'size':20, 'color':'red'})
        plt.title("Turn: {}\\na:{:.2f} b:{:.2f} c: {:.2f} right:{:.2%}".format(turn, a, b, c, share))
        plt.legend()

        plt.show()
        plt.pause(0.01)

        if share > 0.99:
            break
print('the', 'end')
"""

SCATTER = """\
import random
import torch
import matplotlib.pyplot as plt
torch.manual_seed(3)
random.seed(3)

def made_up(w, b, count):
    X = torch.normal(0, 1, (count, len(w)))
    y = torch.matmul(X, w) + b
    y += torch.normal(0, 0.01, y.shape)
    return X, y.reshape((-1, 1))

size_and_age = torch.tensor([2, -3.4])
houses, prices = made_up(size_and_age, 4.2, 1000)

plt.figure(figsize=(8, 6))
plt.scatter(houses[:, 1].detach().numpy(), prices.detach().numpy(), s=1)
plt.xlabel('Age')
plt.ylabel('Price')
plt.title('Prices of a thousand houses')
plt.show()

def portions(size, houses, prices):
    order = list(range(len(houses)))
    random.shuffle(order)
    for start in range(0, len(houses), size):
        some = torch.tensor(order[start:min(start + size, len(houses))])
        yield houses[some], prices[some]

w = torch.normal(0, 0.01, size=(2, 1), requires_grad=True)
b = torch.zeros(1, requires_grad=True)

def straight(X, w, b):
    return torch.matmul(X, w) + b

def squared(guess, y):
    return (guess - y.reshape(guess.shape)) ** 2 / 2

def sgd(params, lr, size):
    with torch.no_grad():
        for param in params:
            param -= lr * param.grad / size
            param.grad.zero_()

for epoch in range(3):
    for X, y in portions(10, houses, prices):
        l = squared(straight(X, w, b), y)
        l.sum().backward()
        sgd([w, b], 0.03, 10)
    with torch.no_grad():
        print(f'epoch {epoch + 1}, loss {float(squared(straight(houses, w, b), prices).mean()):f}')
print('the', 'end')
"""

TUTORIALS = {"line": LINE, "boundary": BOUNDARY, "scatter": SCATTER}
