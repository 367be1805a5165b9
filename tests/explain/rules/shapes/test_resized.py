"""F.pad, F.interpolate and layers that change the size of images."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, why

IMAGE = "x = torch.rand(1, 3, 4, 4)\n"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (f"{IMAGE}F.pad(x, (1, 1, 1))", "at most 8 numbers here"),
        ("x = torch.rand(3, 4)\nF.pad(x, (1, 1, 1, 1, 1, 1))", "at most 4 numbers here"),
        (f"{IMAGE}F.pad(x, (5, 5, 5, 5), mode='reflect')", "smaller than the size of the dim"),
        (f"{IMAGE}F.pad(x, (1, 1), mode='mirror')", 'no mode "mirror"'),
        ("nn.Conv2d(3, 8, 3, stride=2, padding='same')", "a stride above 1 makes them smaller"),
        (f"{IMAGE}F.interpolate(x)", "scale_factor=2"),
        (f"{IMAGE}F.interpolate(x, size=8, scale_factor=2)", "give one of the two"),
        (f"{IMAGE}nn.ConvTranspose2d(3, 2, 3, stride=2)(x, output_size=(20, 20))", "sizes from [9, 9] to [10, 10]"),
        (f"{IMAGE}nn.ConvTranspose2d(3, 2, 3, stride=2, output_padding=2)(x)", "with stride=2, at most 1."),
        (f"{IMAGE}nn.MaxPool2d(2, padding=2)(x)", "at most padding=1, and it has 2."),
        (f"{IMAGE}nn.PixelShuffle(2)(x)", "3 is not divisible by 4."),
        (f"{IMAGE}F.grid_sample(x, torch.rand(1, 4, 4, 3), align_corners=False)", "here it is (1, 4, 4, 3)"),
        (
            "nn.Conv2d(3, 8, 3, groups=2)",
            "in_channels=3 is not divisible by groups=2. These numbers of groups",
        ),
        ("nn.Conv1d(4, 7, 3, groups=2)", "out_channels=7 is not divisible by groups=2"),
    ],
)
def test_what_is_said(code: str, said: str) -> None:
    assert said in why(code).text


def test_modes_for_the_number_of_dims() -> None:
    check(f"{IMAGE}F.interpolate(x, size=8, mode='linear')", "", ['F.interpolate(x, size=8, mode="bilinear")'])
    alone = "x = torch.rand(3, 4, 4)\nF.interpolate(x, size=(8, 8), mode='bilinear')"
    check(alone, "dim 0 as the batch", ["F.interpolate(x.unsqueeze(0), size=(8, 8), mode='bilinear')"])
    check(f"{IMAGE}F.pad(x, (1, 1), mode='zeros')", "", ['F.pad(x, (1, 1), mode="constant")'])


def test_maps_whose_size_was_odd() -> None:
    code = (
        "up = nn.ConvTranspose2d(8, 4, 2, stride=2)\ndeep = torch.rand(1, 8, 7, 8)\nskip = torch.rand(1, 4, 15, 16)\n"
        "torch.cat([up(deep), skip], dim=1)"
    )
    fix = "torch.cat([F.interpolate(up(deep), size=skip.shape[-2:]), skip], dim=1)"
    check(code, "15 is odd: halving rounds it down, and doubling then gives 14.", [fix])
    twice = "a = torch.rand(1, 4, 12, 12)\nb = torch.rand(1, 4, 14, 14)\ntorch.cat([a, b], dim=1)"
    check(
        twice,
        "This brings the smaller one to the size of the other",
        ["torch.cat([F.interpolate(a, size=b.shape[-2:]), b], dim=1)"],
    )


def test_images_or_channels_in_dim_0():
    call = 'F.interpolate(mask{}, size=(8, 8), mode="nearest")'
    code = "mask = torch.rand(4, 6, 6)\n" + call.format("")
    fixes = [call.format(".unsqueeze(0)"), call.format(".unsqueeze(1)")]
    check(code, ".unsqueeze(0) is a batch of one image; if images, .unsqueeze(1).", fixes)


def test_an_image_that_lacks_two_dims_and_got_one() -> None:
    code = "depth = torch.rand(24, 42)\nF.interpolate(depth.unsqueeze(1), size=(48, 84), mode='bicubic')"
    said = (
        "depth has a height and a width alone: depth[None, None] gives it both, a batch of one image with one channel."
    )
    check(code, said, ["F.interpolate(depth[None, None], size=(48, 84), mode='bicubic')"])


def test_a_size_that_counts_the_colours_too() -> None:
    code = "maps, sizes = torch.rand(2, 5, 9, 9), torch.zeros(2, 56, 60, 3).shape\nF.interpolate(maps, size=sizes[1:])"
    said = "Of four dims it resizes two, and the size has three numbers: (56, 60, 3)."
    check(code, said, [])
