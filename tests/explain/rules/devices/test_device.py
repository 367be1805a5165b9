"""Devices: tensors in two places, a device that is not there, tensors without numbers."""

from __future__ import annotations

import sys

import pytest
import torch

from ptrepl.explain.explain import explain
from tests.explain.failing import check, fails, runs_after, shown, why

HEAD = """
x = torch.ones(2, 3); m = torch.ones(2, 3, device="meta"); logits = torch.zeros(2, 3)
net = nn.Linear(3, 2); away = nn.Linear(3, 2, device="meta")
"""


@pytest.fixture
def _a_gpu(monkeypatch):
    """There is none on every machine that tests: meta stands for it, and is treated like it."""
    monkeypatch.setattr("ptrepl.explain.rules.devices.device._WITHOUT_DATA", ())


@pytest.mark.usefixtures("_a_gpu")
def test_the_screen():
    assert shown(HEAD + "y = x.relu() * m").split("\n") == [
        "RuntimeError: Tensor on device meta is not on the expected device cpu!",
        "    y = x.relu() * m",
        "        ~~~~~~~~~^~~",
        "│ x.relu() is on cpu and m is on meta: an operation needs all its tensors on one",
        "│ device, and PyTorch moves none by itself. A tensor on meta has a shape and a",
        "│ dtype, but no data.",
        '│ try  y = x.relu().to("meta") * m   → shape (2, 3)',
    ]


@pytest.mark.usefixtures("_a_gpu")
@pytest.mark.parametrize(
    ("line", "fixes"),
    [
        ("m + x", ['m + x.to("meta")']),
        ("torch.cat([x, m])", ['torch.cat([x.to("meta"), m])']),
        ("torch.where(x > 0, x, m)", ['torch.where((x > 0).to("meta"), x.to("meta"), m)']),
        ("F.mse_loss(x, m)", ['F.mse_loss(x.to("meta"), m)']),
        ("x + torch.ones(3).to('meta') * 2", ["x.to(\"meta\") + torch.ones(3).to('meta') * 2"]),
        ("x + torch.ones(3, device='meta')", ["x.to(\"meta\") + torch.ones(3, device='meta')"]),
        ("away(x)", ['away(x.to("meta"))']),
        ("device = torch.device('meta')\naway(x)", ["away(x.to(device))"]),
        ("net(m)", []),  # m has no numbers to move
        ("[row - m for row in [x]]", ['[row.to("meta") - m for row in [x]]']),
    ],
)
def test_fixes_move_what_is_elsewhere(line, fixes):
    explanation = why(HEAD + line)
    assert explanation.family == "devices"
    assert [fix.code for fix in explanation.fixes] == fixes
    assert runs_after(HEAD + line) == len(fixes)


@pytest.mark.usefixtures("_a_gpu")
def test_a_network_is_named_with_its_layer():
    text = why(HEAD + "nn.Sequential(nn.Flatten(), away)(x)").text
    assert "x is on cpu, and the weights of" in text
    assert "[1] (Linear) are on meta" in text


@pytest.mark.parametrize(
    "message",
    [
        "Expected all tensors to be on the same device, but found at least two devices, cuda:0 and cpu!",
        "Expected all tensors to be on the same device, but got mat2 is on cpu, different from other tensors on cuda:0 "
        "(when checking argument in method wrapper_CUDA_mm)",
        "indices should be either on cpu or on the same device as the indexed tensor (cpu)",
    ],
)
def test_what_cuda_says_is_explained_in_the_same_words(message):
    """There is no GPU here: meta stands in for it."""
    names = {"x": torch.ones(2, 3), "gpu": torch.ones(2, 3, device="meta")}
    code = compile("x + gpu\n", "<string>", "exec")
    import linecache

    linecache.cache["<string>"] = (8, None, ["x + gpu\n"], "<string>")
    try:
        exec(code, names)
    except RuntimeError as real:
        error = RuntimeError(message).with_traceback(real.__traceback__)
    explanation = explain(error, names)
    del linecache.cache["<string>"]
    assert explanation is not None
    assert explanation.text.startswith(
        "x is on cpu and gpu is on meta: an operation needs all its tensors on one device"
    )


def test_the_screen_of_a_device_that_is_not_here():
    if torch.cuda.is_available():
        pytest.skip("there is one")
    screen = shown(HEAD + 'y = x.to("cuda")').split("\n")
    assert screen[1:] == [
        '    y = x.to("cuda")',
        "        ^^^^^^^^^^^^",
        "│ This PyTorch was built without support for cuda, so it cannot compute on an",
        "│ NVIDIA GPU. At this prompt the name device stands for cpu, the device that",
        "│ this machine has: write device instead.",
        "│ try  y = x.to(device)   → shape (2, 3)",
    ]


@pytest.mark.skipif(torch.cuda.is_available() or sys.platform == "darwin", reason="the device is there")
@pytest.mark.parametrize(
    ("line", "fixes"),
    [
        ("x.cuda()", ["x.to(device)"]),
        ("net.cuda()", ["net.to(device)"]),
        ("net.to('cuda')", ["net.to(device)"]),
        ("torch.zeros(2, device='cuda:1')", ["torch.zeros(2, device=device)"]),
        ("nn.Linear(3, 2, device='cuda')", ["nn.Linear(3, 2, device=device)"]),
        ("torch.zeros(2, device='mps')", ["torch.zeros(2, device=device)"]),
        ("x.to('xpu')", ["x.to(device)"]),
        ("x.to('gpu')", ["x.to(device)"]),
        ("torch.zeros(2, device='cuda0')", ["torch.zeros(2, device=device)"]),
        ("torch.device('gpu')", []),
        ("torch.cuda.synchronize()", []),
    ],
)
def test_a_device_that_is_not_here(line, fixes):
    check(HEAD + line, "At this prompt the name device stands for cpu", fixes)


@pytest.mark.parametrize("line", ["m.tolist()", "m.cpu()", "m.numpy()", "float(m.sum())", "if m.sum() > 0:\n    pass"])
def test_meta_has_no_numbers(line):
    explanation = why(HEAD + line)
    assert explanation.family == "meta tensor"
    assert "has a shape and a dtype, but no data" in explanation.text


@pytest.mark.skipif(torch.accelerator.is_available(), reason="there is an accelerator")
def test_a_seed_is_no_device() -> None:
    check("g = torch.Generator(7)", "A seed is set behind it", ["torch.Generator().manual_seed(7)"])


@pytest.mark.skipif(torch.accelerator.is_available(), reason="there is an accelerator")
@pytest.mark.parametrize(
    "line",
    ["torch.ones(3).pin_memory()", "torch.accelerator.synchronize()", "print(torch.accelerator.memory_allocated())"],
)
def test_what_needs_an_accelerator_is_told_so(line: str):
    explanation = why(line)
    assert explanation.family == "no accelerator"
    assert "PyTorch finds no accelerator here" in explanation.text


def test_the_learners_own_assertion_is_left_alone():
    assert fails("assert False, 'Torch not compiled with CUDA enabled'").explanation is None


@pytest.mark.parametrize(
    ("line", "said", "fixes"),
    [
        ('net.to("cpu")', "net (Linear) is on meta", ['net.to_empty(device="cpu")']),
        ("net = net.cpu()", "load a state dict or initialize the weights after that", ['net.to_empty(device="cpu")']),
        ("net(torch.rand(2, 3))", "torch.rand(2, 3) is on cpu, and the weights of net (Linear) are on meta", []),
        ("net(torch.rand(2, 3))", "For numbers, to_empty(device=…) gives the network memory", []),
        ("net(torch.rand(2, 3))", "For shapes alone, move the input to meta.", []),
    ],
)
def test_a_network_on_meta_has_no_weights_to_move(line, said, fixes):
    check('with torch.device("meta"):\n    net = nn.Linear(3, 2)\n\n' + line, said, fixes)


@pytest.mark.parametrize("line", ["x + m", "torch.cat([x, m])", "away(x)"])
def test_nothing_is_moved_to_meta_where_nothing_is_computed(line):
    assert not why(HEAD + line).fixes


def test_to_empty_takes_its_device_by_name():
    check(HEAD + 'away = away.to_empty("cpu")', "device=", ['away.to_empty(device="cpu")'])


def test_a_wrapper_for_several_processes():
    code = HEAD + "from torch.nn.parallel import DistributedDataParallel\nddp = DistributedDataParallel(net)"
    check(code, "In a single process net (Linear) needs no wrapper", [])
