"""Convolutions and pooling: what the layer was made for, what reached it, and that each fix runs."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, runs_after, shown, why


def test_the_screen_of_channels():
    assert (
        shown("net = nn.Conv2d(3, 8, 3)\nx = torch.ones(1, 1, 28, 28)\ny = net(x).relu()")
        == """\
RuntimeError: Given groups=1, weight of size [8, 3, 3, 3], expected input[1, 1, 28, 28] to have 3 channels, but got 1 channels instead
    y = net(x).relu()
        ^^^^^^
│ net was made for 3 channels. x is (1, 1, 28, 28). The dims of the input are
│ read as (batch, channels, height, width), so it has one channel.
│ try  net(x.expand(-1, 3, -1, -1))   → shape (1, 8, 26, 26)
│ try  net = nn.Conv2d(1, 8, 3)   → net(x) has shape (1, 8, 26, 26)"""  # noqa: E501
    )


def test_the_screen_of_dims():
    assert (
        shown("net = nn.Conv2d(1, 8, 3)\nx = torch.ones(28, 28)\nnet(x)")
        == """\
RuntimeError: Expected 3D (unbatched) or 4D (batched) input to conv2d, but got input of size: [28, 28]
    net(x)
    ^^^^^^
│ net expects an input with the dims (batch, channels, height, width), or
│ (channels, height, width) without a batch. x is (28, 28). The input has 2
│ dims.
│ try  net(x.unsqueeze(0))   → shape (8, 26, 26)"""
    )


def test_the_screen_of_a_kernel_that_does_not_fit():
    made = "net = nn.Sequential(nn.Conv2d(1, 8, 3), nn.MaxPool2d(2), nn.Conv2d(8, 8, 5))\n"
    assert (
        shown(made + "net(torch.ones(1, 1, 8, 8))")
        == """\
RuntimeError: Calculated padded input size per channel: (3 x 3). Kernel size: (5 x 5). Kernel size can't be greater than actual input size
    net(torch.ones(1, 1, 8, 8))
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^
│ net[2] slides a kernel of 5 x 5 over its input. The output of net[1] is (1, 8,
│ 3, 3). An image of 3 x 3 is too small for the kernel. Pooling, strides and
│ convolutions without padding before it make the image smaller. The network was
│ given (1, 1, 8, 8), and (1, 1, 16, 16) is large enough: F.pad(torch.ones(1, 1,
│ 8, 8), (0, 8, 0, 8)) pads it with zeros, and F.interpolate enlarges it."""  # noqa: E501
    )


@pytest.mark.parametrize(
    ("made", "given", "said", "fixes"),
    [
        ("nn.Conv2d(1, 8, 3)", "32, 28, 28", "(channels, height, width), so it has 32", ["net(x.unsqueeze(1))"]),
        ("nn.Conv2d(3, 8, 3)", "28, 28, 3", "net was made for 3 channels.", ["net(x.permute(2, 0, 1))"]),
        ("nn.Conv2d(3, 8, 3)", "4, 28, 28, 3", "so it has 28 channels", ["net(x.permute(0, 3, 1, 2))"]),
        ("nn.Conv1d(3, 8, 3)", "2, 28, 3", "(batch, channels, length)", ["net(x.permute(0, 2, 1))"]),
        ("nn.ConvTranspose2d(3, 8, 3)", "2, 1, 3, 3", "so it has one channel", ["net(x.expand(-1, 3, -1, -1))"]),
        ("nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.Conv2d(16, 8, 3))", "1, 1, 28, 28",
         "The output of net[1] is (1, 8, 26, 26).",
         ["net = nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.Conv2d(8, 8, 3))"]),
        ("nn.Conv2d(3, 8, 3)", "28, 28", "The input has 2 dims.", []),
        ("nn.Conv2d(4, 8, 3)", "1, 2, 4, 8, 8", "The input has 5 dims.", ["net(x.squeeze(0))"]),
        ("nn.Conv1d(1, 8, 3)", "28", "The input has one dim.", ["net(x.unsqueeze(0))"]),
        ("nn.Conv2d(3, 8, 3)", "1, 3, 2, 2", "An image of 2 x 2 is too small for the kernel.", []),
        ("nn.Conv2d(3, 8, 7, padding=1)", "1, 3, 2, 2", "With the padding the image is 4 x 4, which is too small", []),
        ("nn.MaxPool2d(3)", "1, 1, 2, 2", "slides a kernel of 3 x 3 over its input. x is (1, 1, 2, 2).", []),
    ],
)  # fmt: skip
def test_what_is_said_and_fixes_that_run(made, given, said, fixes):
    code = f"net = {made}\nx = torch.zeros({given})\nnet(x)"
    explanation = why(code)
    assert said in explanation.text
    assert [fix.code for fix in explanation.fixes][:1] == fixes
    assert runs_after(code) == len(explanation.fixes)


def test_the_function_names_the_weight():
    code = "w = torch.ones(8, 3, 3, 3)\nx = torch.ones(28, 28, 3)\nF.conv2d(x, w)"
    assert why(code).text.startswith("w was made for 3 channels. x is (28, 28, 3).")
    assert [fix.code for fix in why(code).fixes] == ["F.conv2d(x.permute(2, 0, 1), w)"]
    assert runs_after(code) == 1


def test_a_sequence_is_turned_for_a_convolution() -> None:
    code = "conv = nn.Conv1d(64, 32, 3)\nx = torch.randn(8, 50, 64)\nconv(x)"
    check(code, "so it has 50 channels.", ["conv(x.permute(0, 2, 1))"])


def test_an_input_that_is_large_enough_is_found() -> None:
    net = "nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.MaxPool2d(2), nn.MaxPool2d(2), nn.MaxPool2d(2))"
    code = f"net = {net}\nscan = torch.zeros(1, 1, 64, 6)\nnet(scan)"
    check(code, "The network was given (1, 1, 64, 6), and (1, 1, 64, 8) is large enough: F.pad(scan, (0, 2))", [])


def test_channels_on_the_meta_device() -> None:
    code = 'conv = nn.Conv2d(3, 8, 3, device="meta")\nimages = torch.rand(2, 5, 8, 8, device="meta")\nconv(images)'
    assert "conv was made for 3 channels. images is (2, 5, 8, 8)." in why(code).text


def test_noise_for_a_generator() -> None:
    code = "up = nn.Sequential(nn.ConvTranspose2d(32, 8, 4), nn.ReLU())\nz = torch.rand(16, 32)\nup(z)"
    check(code, "The input has 2 dims.", ["up(z[:, :, None, None])"])


def test_a_kernel_without_channels():
    code = "img, k = torch.rand(1, 1, 8, 8), torch.ones(3, 3)\nF.conv2d(img, k, padding=1)"
    check(
        code,
        "A weight of F.conv2d has the dims (out_channels, in_channels",
        ["F.conv2d(img, k[None, None], padding=1)"],
    )


def test_one_kernel_for_each_channel():
    code = "img, k = torch.rand(2, 3, 8, 8), torch.ones(1, 1, 3, 3)\nF.conv2d(img, k, padding=1)"
    fix = "F.conv2d(img, k.expand(3, 1, 3, 3), padding=1, groups=3)"
    assert fix in why(code).text
    assert [each.code for each in why(code).fixes] == [fix]
