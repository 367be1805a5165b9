"""torch.save and torch.load: what a file is, where it is, and what may be read from it."""

from __future__ import annotations

import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from tests.explain.failing import check, fails, why, why_said


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _cut(folder: Path) -> None:
    torch.save(torch.ones(1000), folder / "x.pt")
    raw = (folder / "x.pt").read_bytes()
    (folder / "x.pt").write_bytes(raw[: len(raw) // 2])


def _zip(folder: Path) -> None:
    with zipfile.ZipFile(folder / "x.pt", "w") as archive:
        archive.writestr("readme.txt", "hello")


@pytest.mark.filterwarnings("ignore:Detected pickle protocol")
@pytest.mark.parametrize(
    ("write", "said"),
    [
        (lambda folder: (folder / "x.pt").write_bytes(b""), '"x.pt" is empty: it has 0 bytes'),
        (lambda folder: (folder / "x.pt").write_text("hello world\n"), '"x.pt" is a text file'),
        (lambda folder: (folder / "x.pt").write_text("<!DOCTYPE html><p>"), "is a web page (HTML)"),
        (
            lambda folder: (folder / "x.pt").write_text("version https://git-lfs.github.com/spec/v1\n"),
            "Git LFS pointer",
        ),
        (lambda folder: (folder / "x.pt").write_bytes(pickle.dumps({"a": 1}, 4)), "was written by pickle.dump"),
        (lambda folder: (folder / "x.pt").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(40)), "is an HDF5 file"),
        (lambda folder: (folder / "x.pt").write_bytes(b"\x1f\x8b\x08" + bytes(40)), "compressed with gzip"),
        (_cut, "its end is missing"),
        (_zip, "is a zip archive that torch.save did not write"),
    ],
)
def test_a_file_that_torch_save_did_not_write_is_named(folder: Path, write, said: str) -> None:
    write(folder)
    assert said in check('torch.load("x.pt")').text
    assert said in check('torch.load("x.pt", weights_only=False)').text


def test_an_array_is_read_by_numpy(folder: Path) -> None:
    np.save(folder / "a.npy", np.ones(3))
    check(
        'import numpy as np\ntorch.load("a.npy")',
        "is an array that np.save wrote",
        ['torch.from_numpy(np.load("a.npy"))'],
    )


def test_a_missing_file_is_looked_for_beside_it(folder: Path) -> None:
    torch.save(torch.ones(1), folder / "model.pth")
    check('torch.load("model.pt")', "There is a file model.pth.", ['torch.load("model.pth")'])
    check('torch.load("modle.pth")', "There is a file model.pth.", ['torch.load("model.pth")'])
    check('torch.load("other.pt")', f"begins at the current folder, {folder}")
    check('torch.load("runs/model.pth")', "There is no folder runs here")


def test_a_folder_is_no_file(folder: Path) -> None:
    (folder / "runs").mkdir()
    check('torch.load("runs")', '"runs" is a folder')
    check('torch.save(torch.ones(1), "runs")', '"runs" is a folder')


def test_a_missing_folder_is_made(folder: Path) -> None:
    check(
        'torch.save(torch.ones(1), "runs/a.pt")',
        "There is no folder runs here",
        ['import os\nos.makedirs("runs", exist_ok=True)\ntorch.save(torch.ones(1), "runs/a.pt")'],
    )


def test_arguments_of_save() -> None:
    check('torch.save("a.pt", torch.ones(1))', "the two are swapped here", ['torch.save(torch.ones(1), "a.pt")'])
    check("torch.save(torch.ones(1))", 'torch.save(torch.ones(1), "net.pt")')


def test_what_is_loaded_already_is_not_loaded_again() -> None:
    code = "net = nn.Linear(2, 1)\nsaved = net.state_dict()\n"
    check(code + "net.load_state_dict(torch.load(saved))", "needs no loading", ["net.load_state_dict(saved)"])
    check(code + "torch.load(net)", "net is a network")


def test_a_file_is_opened_for_bytes(folder: Path) -> None:
    torch.save(torch.ones(1), folder / "a.pt")
    check('with open("a.pt") as f:\n    torch.load(f)', 'open(path, "rb")')
    check('with open("b.pt", "w") as f:\n    torch.save(torch.ones(1), f)', 'open(path, "wb")')


def test_a_whole_network_needs_trust(folder: Path) -> None:
    code = 'net = nn.Linear(2, 1)\ntorch.save(net, "m.pt")\ntorch.load("m.pt")'
    check(code, '"m.pt" holds a whole network (Linear)', ['torch.load("m.pt", weights_only=False)'])
    assert "weights_only=False runs whatever the file asks for" in why(code).text
    assert '`torch.save(net, "m.pt")` wrote a file of this name' in why(code).text
    torch.save(nn.Linear(2, 1), folder / "other.pt")
    assert "use it only for a file that you trust" in why('torch.load("other.pt")').text


def test_arrays_and_objects_in_a_file_are_named() -> None:
    arrays = 'import numpy as np\ntorch.save({"acc": np.float64(1)}, "n.pt")\ntorch.load("n.pt")'
    check(arrays, "holds NumPy arrays or numbers", ['torch.load("n.pt", weights_only=False)'])
    space = 'import argparse\ntorch.save({"args": argparse.Namespace(lr=1)}, "a.pt")\ntorch.load("a.pt")'
    check(space, "an object of type argparse.Namespace", ['torch.load("a.pt", weights_only=False)'])
    method = 'torch.save(nn.Linear(2, 1).state_dict, "s.pt")\ntorch.load("s.pt")'
    check(method, "state_dict was saved without parentheses")


def test_a_class_that_is_gone_gets_no_fix() -> None:
    code = 'class Net(nn.Module):\n    pass\n\ntorch.save(Net(), "n.pt")\ndel Net\n'
    assert why(code + 'torch.load("n.pt")').fixes == ()
    check(code + 'torch.load("n.pt", weights_only=False)', "Net is not defined here")
    other = "class Nets(nn.Module):\n    pass\n\n"
    check(code + other + 'torch.load("n.pt", weights_only=False)', "There is a class Nets.")


def test_a_lambda_is_not_pickled() -> None:
    code = "net = nn.Linear(2, 1)\nnet.act = lambda x: x\n"
    check(code + 'torch.save(net, "l.pt")', "it holds a lambda", ['torch.save(net.state_dict(), "l.pt")'])
    check('torch.save((x for x in [1]), "g.pt")', "an object of type generator")


def test_a_device_that_is_not_there(folder: Path) -> None:
    torch.save(torch.ones(1), folder / "a.pt")
    gone = (
        "Attempting to deserialize object on a CUDA device but torch.cuda.is_available() is False. If you are "
        "running on "
        "a CPU-only machine, please use torch.load with map_location=torch.device('cpu') to map your storages to "
        "the CPU."
    )
    said = why_said('torch.load("a.pt", map_location="gpu")', gone)
    assert 'map_location="gpu" asks torch.load to put the tensors on a GPU' in said.text
    check('torch.load("a.pt", map_location="gpu")', "names no device", ['torch.load("a.pt", map_location="cpu")'])
    check('torch.load("a.pt", map_location=0)', "names no device", ['torch.load("a.pt", map_location="cpu")'])


def test_errors_of_the_same_words_elsewhere_are_left_alone() -> None:
    assert fails('{}["param_groups"]').explanation is None or "optimizer" not in why('{}["param_groups"]').text
    assert fails('open("nowhere.txt")').explanation is None
    assert fails('raise KeyError("12")').explanation is None


def test_a_buffer_is_read_from_its_beginning() -> None:
    code = 'import io\nbuffer = io.BytesIO()\ntorch.save({"w": torch.ones(2)}, buffer)\n'
    check(
        code + "state = torch.load(buffer)", "buffer stands at its end", ["buffer.seek(0)\nstate = torch.load(buffer)"]
    )
