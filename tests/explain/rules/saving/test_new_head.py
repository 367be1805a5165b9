"""A state dict of a network with another number of outputs, or with another name for one part."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, fails, session, why

TWO = """\
class Detector(nn.Module):
    def __init__(self, width, classes):
        super().__init__()
        self.hidden = nn.Linear(10, width)
        self.cls_out = nn.Linear(width, classes)
        self.box_out = nn.Linear(width, classes * 4)

saved = {"model": Detector(32, 21).state_dict()}
model = Detector(32, 6)
"""
RENAMED = """\
class Old(nn.Module):
    def __init__(self):
        super().__init__()
        self.feat = nn.Linear(3, 6)
        self.{old} = nn.Sequential(nn.Linear(6, 6), nn.ReLU(), nn.Linear(6, 1))

class New(nn.Module):
    def __init__(self):
        super().__init__()
        self.feat = nn.Linear(3, 6)
        self.{new} = nn.Sequential(nn.Linear(6, 6), nn.ReLU(), nn.Linear(6, 1))

state = Old().state_dict()
model = New()
model.load_state_dict(state)
"""


def test_two_heads_of_other_classes_are_left_out() -> None:
    text = check(
        TWO + 'model.load_state_dict(saved["model"])', "Only the numbers of outputs of cls_out and box_out", []
    ).text
    code = (
        'model.load_state_dict({key: value for key, value in saved["model"].items() '
        'if not key.startswith(("cls_out.", "box_out."))}, strict=False)'
    )
    assert f"`{code}` loads the rest" in text
    live = session()
    assert all(each.error is None for each in live.run(f"{TWO}{code}\n"))
    names = live.namespace
    assert names["model"].hidden.weight.equal(names["saved"]["model"]["hidden.weight"])


def test_a_head_that_is_not_the_last_layer() -> None:
    code = TWO.replace("classes * 4", "4") + 'model.load_state_dict(saved["model"])'
    assert "Only the number of outputs of cls_out differs" in check(code, "", []).text


def test_another_width_is_no_other_head() -> None:
    code = TWO.replace("Detector(32, 6)", "Detector(16, 21)") + 'model.load_state_dict(saved["model"])'
    text = why(code).text
    assert "of outputs of" not in text
    assert "was made with other sizes" in text


def test_another_number_of_words_is_no_other_head() -> None:
    code = """
class Net(nn.Module):
    def __init__(self, words):
        super().__init__()
        self.table, self.fc = nn.Embedding(words, 4), nn.Linear(4, 2)

state = Net(30).state_dict()
net = Net(20)
net.load_state_dict(state)
"""
    assert "of outputs of" not in why(code).text


@pytest.mark.parametrize(("old", "new"), [("ground_head", "bev_head"), ("fc", "classifier"), ("classifier", "head")])
def test_a_part_that_was_renamed_is_loaded_under_its_new_name(old: str, new: str) -> None:
    line = f'model.load_state_dict({{key.replace("{old}.", "{new}."): value for key, value in state.items()}})'
    code = RENAMED.format(old=old, new=new)
    check(code, f"what is {new} in model was {old} in the network that was saved", [line])
    live = session()
    fails(code, live)
    assert all(each.error is None for each in live.run(line + "\n"))
    names = live.namespace
    assert getattr(names["model"], new)[2].weight.equal(names["state"][f"{old}.2.weight"])


def test_a_name_that_stands_inside_of_another_is_taken_from_the_beginning_alone() -> None:
    code = RENAMED.format(old="at", new="head").replace("self.feat", "self.feat_at")
    code = code.replace("self.feat_at = nn.Linear(3, 6)", "self.wide = nn.ModuleDict({'at': nn.Linear(3, 6)})")
    [fix] = why(code).fixes
    assert '"head." + key.removeprefix("at.") if key.startswith("at.") else key: value' in fix.code


def test_two_names_that_changed_are_told_in_words() -> None:
    code = RENAMED.format(old="fc", new="head").replace("self.feat", "self.body", 1)
    check(code, "Give the attributes those names.", [])


def test_a_buffer_that_grows_with_the_length_is_not_trained() -> None:
    code = """
    class Positions(nn.Module):
        def __init__(self, length):
            super().__init__()
            self.register_buffer("pe", torch.zeros(length, 4))
        def forward(self, x):
            return x + self.pe[: x.size(1)]

    trained = nn.Sequential(Positions(6), nn.Linear(4, 2))
    longer = nn.Sequential(Positions(9), nn.Linear(4, 2))
    longer.load_state_dict(trained.state_dict())
    """
    text = why(code).text
    assert "Only 0.pe differs, a buffer, which no training changes." in text
    assert "to be trained" not in text
