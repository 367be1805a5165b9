"""An image with other channels than the network was made for, and a batch that stands in the place of the channels."""

from __future__ import annotations

from tests.explain.failing import check


def test_a_colour_image_for_a_grey_network():
    check(
        "imgs = torch.rand(8, 3, 28, 28)\nnet = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU())\nnet(imgs)",
        "imgs.mean(dim=1, keepdim=True) makes images of one channel of them; or the network is made for theirs.",
        ["net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU())", "net(imgs.mean(dim=1, keepdim=True))"],
    )


def test_transparency_is_no_colour():
    check(
        "img = torch.rand(1, 4, 64, 64)\nconv = nn.Conv2d(3, 8, 3)\nconv(img)",
        "img[:, :3] makes images of 3 channels of them",
        ["conv(img[:, :3])", "conv = nn.Conv2d(4, 8, 3)"],
    )


def test_what_a_layer_has_computed_is_no_image():
    check(
        "h = nn.Conv2d(1, 3, 3)(torch.rand(2, 1, 8, 8))\nconv = nn.Conv2d(1, 8, 3)\nconv(h)",
        "conv was made for one channel",
        ["conv = nn.Conv2d(3, 8, 3)"],
    )


def test_images_in_the_place_of_the_channels():
    check(
        "imgs = torch.rand(16, 28, 28).unsqueeze(0)\nconv = nn.Conv2d(1, 4, 3)\nconv(imgs)",
        "If these are 16 images with one channel each, they belong in dim 0, the batch.",
        ["conv(imgs.transpose(0, 1))"],
    )
