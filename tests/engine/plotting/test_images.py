"""Which tensors hold a picture, and its pixels."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from ptrepl.engine.plotting.images import Channels, read_image


@pytest.mark.parametrize(
    ("tensor", "channels", "size"),
    [
        (torch.rand(3, 20, 30), Channels.FIRST, (30, 20)),
        (torch.rand(20, 30, 3), Channels.LAST, (30, 20)),
        (torch.zeros(28, 28, dtype=torch.uint8), Channels.NONE, (28, 28)),
        (torch.rand(3, 8, 2000, requires_grad=True), Channels.FIRST, (2000, 8)),
        (torch.rand(3, 8, 8).half(), Channels.FIRST, (8, 8)),
    ],
    ids=lambda value: str(tuple(value.shape)) if isinstance(value, torch.Tensor) else None,
)
def test_pictures(tensor: Any, channels: Channels, size: tuple[int, int]) -> None:
    image = read_image(tensor)
    assert image is not None
    assert (image.channels, image.width, image.height) == (channels, *size)
    assert image.pixels.shape[2] == 3
    assert max(image.pixels.shape) <= 512


@pytest.mark.parametrize(
    "tensor",
    [
        torch.rand(28, 28),
        torch.rand(4, 8, 8),
        torch.rand(3, 7, 8),
        torch.ones(3, 8, 8, dtype=torch.int64),
        torch.full((3, 8, 8), torch.nan),
        torch.ones(3, 8, 8, device="meta"),
        torch.rand(1, 3, 8, 8),
    ],
    ids=lambda value: f"{tuple(value.shape)} {value.dtype}",
)
def test_what_is_none(tensor: Any) -> None:
    assert read_image(tensor) is None


def test_pixels_are_the_values() -> None:
    values = torch.randint(0, 256, (9, 10, 3), dtype=torch.uint8)
    image = read_image(values)
    assert image is not None
    assert (image.low, image.high) == (0.0, 255.0)
    assert image.pixels.tolist() == values.tolist()
    first = read_image((values / 255).permute(2, 0, 1))
    assert first is not None
    assert (first.low, first.high) == (0.0, 1.0)
    assert first.pixels.tolist() == values.tolist()


def test_other_values_go_from_the_least_to_the_greatest() -> None:
    values = torch.linspace(-2, 3, 3 * 64).reshape(3, 8, 8)
    image = read_image(values)
    assert image is not None
    assert (image.low, image.high) == (-2.0, 3.0)
    assert (image.pixels.min(), image.pixels.max()) == (0, 255)
    flat = read_image(torch.full((3, 8, 8), 7.0))
    assert flat is not None
    assert flat.pixels.max() == 0
