"""The lesson devices: answers of other kinds pass, wrong ones are told what they did, its figures come from runs."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from tests.tutor.trying import each, player_of, tried, unanswered

HONEST = "def honest(gpu, job):\n"
BYTES = "def bytes_of(net):\n"

RIGHT = {
    "in-one": [
        "ready = rain.to(device=device, dtype=torch.float32)\ndraft = rain.to('meta').to(torch.float16)",
        "ready = rain.to(device).float()\ndraft = rain.half().to('meta')",
        "ready = rain.float().to(device)\ndraft = torch.empty(3, dtype=torch.float16, device='meta')",
        "where = torch.device('meta')\nready, draft = rain.to(device, torch.float), rain.to(where, torch.half)",
        "ready = torch.tensor(rain.tolist(), dtype=torch.float32, device=device)\n"
        "draft = torch.empty_like(rain, device='meta', dtype=torch.float16)",
        "ready = torch.as_tensor(rain, dtype=torch.float32, device=device)\ndraft = ready.to('meta', torch.float16)",
    ],
    "together": [
        "net = nn.Linear(1, 1).to('meta')\nrooms = rooms.to('meta')\nguess = net(rooms)",
        "net = nn.Linear(1, 1)\nnet = net.to('meta')\ninputs = rooms.to('meta')\nguess = net(inputs)",
        "net = nn.Linear(1, 1)\nnet.to('meta')\nguess = net(rooms.to(net.weight.device))",
        "with torch.device('meta'):\n    net = nn.Linear(1, 1)\nguess = net(rooms.to('meta'))",
        "net = nn.Linear(1, 1)\nnet.to('meta')\nwhere = next(net.parameters()).device\n"
        "rooms = rooms.to(where)\nguess = net(rooms)",
    ],
    "honest": [
        HONEST + "    gpu.wait()\n    before = gpu.clock()\n    gpu.send(job)\n    gpu.wait()\n"
        "    after = gpu.clock()\n    return after - before",
        HONEST + "    gpu.wait()\n    took = -gpu.clock()\n    gpu.send(job)\n    gpu.wait()\n"
        "    took += gpu.clock()\n    return took",
        "def now(gpu):\n    gpu.wait()\n    return gpu.clock()\n" + HONEST + "    start = now(gpu)\n    gpu.send(job)\n"
        "    return now(gpu) - start",
        HONEST + "    gpu.send(0)\n    gpu.wait()\n    start = gpu.clock()\n    gpu.send(job)\n    gpu.wait()\n"
        "    return gpu.clock() - start",
        HONEST + "    gpu.wait()\n    gpu.wait()\n    start = gpu.clock()\n    gpu.send(job)\n    gpu.wait()\n"
        "    return float(gpu.clock() - start)",
    ],
    "bytes": [
        BYTES + "    return sum(p.numel() * p.element_size() for p in net.parameters())",
        BYTES + "    total = 0\n    for p in net.parameters():\n        total += p.nbytes\n    return total",
        BYTES + "    total = 0\n    for name, p in net.named_parameters():\n        total = total + p.shape.numel() * "
        "p.dtype.itemsize\n    return total",
        "import math\n" + BYTES + "    return sum([math.prod(p.shape) * p.element_size() for p in net.parameters()])",
        "bytes_of = lambda net: sum(p.untyped_storage().nbytes() for p in net.parameters())",
    ],
}

WRONG = {
    "in-one": [
        ("ready = rain.to(torch.float32, device)", "The device comes first"),
        ("ready = rain.to(device)\ndraft = rain.to('meta')", "`ready` still holds whole numbers"),
        ("ready = rain.to(device, torch.float32)\ndraft = rain.to(torch.float16)", "still on the device of `rain`"),
        ("ready = rain.to(device, torch.float32)\ndraft = rain.to('meta')", "`draft` still holds whole numbers"),
        ("ready = rain.to('device', torch.float32)", "take the quotes away"),
        ("ready = torch.tensor([3.0, 0.0, 7.0])\ndraft = rain.to('meta', torch.float16)", "typed in"),
    ],
    "together": [
        (
            "net = nn.Linear(1, 1)\nnet.to('meta')\nrooms.to('meta')\nguess = net(rooms)",
            "a new tensor that nothing keeps",
        ),
        ("net = nn.Linear(1, 1)\nguess = net(rooms)", "nothing was moved"),
        ("net = nn.Linear(1, 1)\nrooms = rooms.to('meta')\nguess = net(rooms)", "the network is not"),
        ("net = nn.Linear(1, 1)\nnet.to('meta')\ninputs = rooms.to('meta')\nguess = net(rooms)", "got the old ones"),
        ("net = nn.Linear(1, 1)\nnet.to('meta')\nguess = net(rooms).to('meta')", "moved when all is over"),
    ],
    "honest": [
        (HONEST + "    start = gpu.clock()\n    gpu.send(job)\n    return gpu.clock() - start", "Nobody waits here"),
        (
            HONEST + "    start = gpu.clock()\n    gpu.send(job)\n    gpu.wait()\n    return gpu.clock() - start",
            "The old work is waited for inside the time",
        ),
        (
            HONEST + "    gpu.wait()\n    start = gpu.clock()\n    gpu.send(job)\n    return gpu.clock() - start",
            "But the new one is not",
        ),
        (HONEST + "    return job + 1", "Another one takes longer"),
        (
            HONEST + "    gpu.wait()\n    gpu.send(job)\n    start = gpu.clock()\n    gpu.wait()\n"
            "    return gpu.clock() - start",
            "Read `start` before gpu.send(job)",
        ),
        (
            HONEST
            + "    gpu.wait()\n    start = gpu.now\n    gpu.send(job)\n    gpu.wait()\n    return gpu.now - start",
            "Use clock(), send() and wait() alone",
        ),
    ],
    "bytes": [
        (BYTES + "    return sum(p.numel() for p in net.parameters())", "That counts the numbers"),
        (BYTES + "    return sum(4 * p.numel() for p in net.parameters())", "right for float32 alone"),
        (BYTES + "    return sum(p.element_size() for p in net.parameters())", "Multiply it by p.numel()"),
        (BYTES + "    return 44", "bytes_of"),
        (BYTES + "    return net.weight.nbytes + net.bias.nbytes", "Not every network has a weight"),
    ],
}


@pytest.mark.parametrize(("step", "source"), each(RIGHT))
def test_right_answers_of_other_kinds_pass(step: str, source: str) -> None:
    passed, told = tried("devices", step, source)
    assert passed, told


@pytest.mark.parametrize(("step", "answer"), each(WRONG))
def test_wrong_answers_are_told_what_they_did(step: str, answer: tuple[str, str]) -> None:
    source, said = answer
    passed, told = tried("devices", step, source)
    assert not passed
    assert said in told


def test_no_task_is_left_out() -> None:
    assert unanswered("devices", RIGHT, 4) == unanswered("devices", WRONG, 4) == set()


@pytest.mark.parametrize(
    ("step", "answer"), [("unnamed", "cpu"), ("in-place", "on the meta device"), ("numpy", "device(type='cpu')")]
)
def test_a_device_is_an_answer(step: str, answer: str) -> None:
    player = player_of("devices")
    player.begin(step)
    player.type(answer)
    assert player.run.mode == "continue"


def test_figures_of_the_text() -> None:
    layer = nn.Linear(1_000_000, 1_000_000, device="meta")
    assert sum(p.numel() * p.element_size() for p in layer.parameters()) == pytest.approx(4e12, rel=1e-4)
    net = nn.Sequential(nn.Linear(3, 2), nn.ReLU(), nn.Linear(2, 1))
    assert sum(p.nbytes for p in net.parameters()) == 44
    sketch = torch.ones(2, device="meta")
    assert (sketch * torch.tensor(3.0)).device.type == "meta"
    assert sketch[torch.tensor([0])].device.type == "meta"
    assert (torch.ones(2, 2, device="meta") @ torch.ones(2, 2)).device.type == "meta"
    with pytest.raises(RuntimeError, match="expected device"):
        sketch + torch.ones(2)
    same = torch.ones(2)
    assert same.to("cpu") is same
    big = torch.zeros(100, 100)
    assert big[0].untyped_storage().nbytes() == big.nbytes
