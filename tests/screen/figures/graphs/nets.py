"""Small nets whose graphs are drawn."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn


def loss_of_two_layers() -> dict[str, Any]:
    """The names of somebody who has computed the loss of a net of two layers."""
    net = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 1))
    for parameter in net.parameters():
        nn.init.constant_(parameter, 0.5)
    return {"net": net, "loss": nn.functional.mse_loss(net(torch.ones(5, 4)), torch.zeros(5, 1))}


class Block(nn.Module):
    """A residual block."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)

    def forward(self, x: Any) -> Any:
        return torch.relu(self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x))))) + x)


def residual_net(blocks: int) -> dict[str, Any]:
    """The names of somebody who has computed the loss of a residual net; 17 blocks have some 200 nodes."""
    net = nn.Sequential(
        nn.Conv2d(3, 4, 3), *[Block(4) for _ in range(blocks)], nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2)
    )
    return {"net": net, "loss": nn.functional.cross_entropy(net(torch.ones(2, 3, 6, 6)), torch.tensor([0, 1]))}
