"""Bytes of images that reach a layer, converted where they are passed in."""

from __future__ import annotations

from tests.explain.failing import check, why

NET = """
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(1, 2, 3)
        def forward(self, x):
            return self.conv(x)
    net = Net()
    image = torch.tensor([0, 255, 9, 8] * 4, dtype=torch.uint8).view(1, 4, 4)
"""
SAID = "/ 255 brings them into 0 to 1"


def test_an_expression_at_the_prompt() -> None:
    check(NET + "    out = net(image[None]).relu()", SAID, ["out = net(image[None].float() / 255).relu()"])


def test_a_name_at_the_prompt() -> None:
    check(NET + "    batch = image[None]\n    out = net(batch)", SAID, ["batch = batch.float() / 255"])


def test_small_numbers_are_no_image() -> None:
    code = NET.replace("255", "7") + "    out = net(image[None])"
    check(code, "x is uint8", ["out = net(image[None].float())"])


def test_another_input_of_the_layer_than_was_passed() -> None:
    code = NET.replace("self.conv(x)", "self.conv(x[:, :1])") + "    out = net(image[None])"
    assert all("net(image[None]." not in fix.code for fix in why(code).fixes)


def test_a_loop_over_a_loader() -> None:
    code = NET + "    for x in [image[None]]:\n        out = nn.Sequential(net.conv)(x)"
    check(code, SAID, ["for x in [image[None]]:\n    out = nn.Sequential(net.conv)(x.float() / 255)"])
