"""State dicts of another network, of a network among several, and weights whose dims are in the other order."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.explain.failing import check, why

TWO = "G, D = nn.Linear(2, 2), nn.Linear(2, 2)\n"


def test_the_key_with_the_name_of_the_network() -> None:
    code = f"{TWO}saved = {{'G': G.state_dict(), 'D': D.state_dict()}}\nD.load_state_dict(saved)"
    check(code, 'The state dict of D is the one under "D".', ['D.load_state_dict(saved["D"])'])


def test_several_that_fit_and_none_with_the_name() -> None:
    code = f"{TWO}saved = {{'best': G.state_dict(), 'ema': D.state_dict()}}\nD.load_state_dict(saved)"
    fixes = ['D.load_state_dict(saved["best"])', 'D.load_state_dict(saved["ema"])']
    check(code, 'Those under "best", "ema" fit D: load the one that was saved for it.', fixes)


def test_the_file_of_another_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    made = "enc, dec = nn.Linear(4, 2), nn.Linear(2, 4)\ntorch.save(enc.state_dict(), '{file}')\n"
    code = f"{made}dec.load_state_dict(torch.load('{{file}}'))"
    check(code.format(file="enc.pt"), "it is likely the state dict of enc, and dec needs one of its own.", [])
    assert "made with other sizes" in why(code.format(file="saved.pt")).text


def test_weights_in_the_other_order() -> None:
    code = (
        "net = nn.Linear(3, 5)\nsaved = {'weight': torch.rand(3, 5), 'bias': torch.rand(5)}\nnet.load_state_dict(saved)"
    )
    text = check(code, "If these come from one, .T of each has the right shape.", []).text
    assert "other sizes" not in text


def test_a_network_given_to_itself() -> None:
    code = "net = nn.Linear(3, 5)\nnet.load_state_dict(net)"
    check(code, "net has that already: what is to be loaded comes from a file.", [])


def test_the_file_of_another_epoch_is_told_and_not_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    code = "torch.save({}, 'net_9.pt')\ntorch.load('net_10.pt')"
    check(code, "There is a file net_9.pt.", [])


def test_a_text_file_holds_no_object(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "labels.txt").write_text("cat\ndog\n", encoding="utf-8")
    check("torch.load('labels.txt')", "'labels.txt' is a text file.", [])


def test_the_key_of_another_network() -> None:
    code = "G, D = nn.Linear(2, 2), nn.Linear(2, 1)\nsaved = {'G': G.state_dict(), 'D': D.state_dict()}\n"
    said = 'saved["D"] has the shapes of D.'
    check(f"{code}D.load_state_dict(saved['G'])", said, ['D.load_state_dict(saved["D"])'])


def test_another_head_may_be_meant_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    code = (
        'old = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 10))\ntorch.save(old.state_dict(), "old.pt")\n'
        'net = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2))\nnet.load_state_dict(torch.load("old.pt"))'
    )
    text = why(code).text
    assert "likely the state dict of old" in text, text
    assert "If net is meant to have another number of outputs" in text, text
