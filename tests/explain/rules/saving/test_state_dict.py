"""load_state_dict: keys and shapes that do not fit, and what is no state dict."""

from __future__ import annotations

import pytest
import torch

from tests.explain.failing import check, fails, session, why


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_a_prefix_of_data_parallel_is_taken_off() -> None:
    code = """
    trained = nn.DataParallel(nn.Sequential(nn.Linear(2, 3), nn.ReLU()))
    model = nn.Sequential(nn.Linear(2, 3), nn.ReLU())
    saved = trained.state_dict()
    model.load_state_dict(saved)
    """
    check(
        code,
        'In saved each key begins with "module.", and no key of model does. nn.DataParallel',
        ['model.load_state_dict({key.removeprefix("module."): value for key, value in saved.items()})'],
    )


def test_a_prefix_of_torch_compile_is_named() -> None:
    code = """
    saved = {"_orig_mod.weight": torch.ones(1, 2), "_orig_mod.bias": torch.ones(1)}
    net = nn.Linear(2, 1)
    net.load_state_dict(saved)
    """
    assert "torch.compile adds this prefix" in why(code).text
    assert len(why(code).fixes) == 1


def test_one_part_of_a_larger_network_is_picked() -> None:
    code = """
    whole = nn.ModuleDict({"body": nn.Linear(2, 3), "head": nn.Linear(3, 1)})
    body = nn.Linear(2, 3)
    body.load_state_dict(whole.state_dict())
    """
    check(
        code,
        'The keys of body are in whole.state_dict(), each with "body." in front',
        [
            'body.load_state_dict({key.removeprefix("body."): value for key, value in whole.state_dict().items() '
            'if key.startswith("body.")})'
        ],
    )


def test_a_state_dict_of_the_wrapped_network_goes_into_it() -> None:
    code = """
    plain = nn.Linear(2, 1)
    wrapped = nn.DataParallel(nn.Linear(2, 1))
    wrapped.load_state_dict(plain.state_dict())
    """
    check(
        code,
        'plain.state_dict() is a state dict of wrapped.module: its keys are those of wrapped without "module."',
        ["wrapped.module.load_state_dict(plain.state_dict())"],
    )


@pytest.mark.parametrize("key", ["state_dict", "model", "net"])
def test_a_checkpoint_is_opened_by_its_key(key: str) -> None:
    code = f"""
    net = nn.Linear(2, 1)
    torch.save({{"epoch": 3, "{key}": net.state_dict()}}, "ck.pt")
    fresh = nn.Linear(2, 1)
    fresh.load_state_dict(torch.load("ck.pt"))
    """
    check(
        code,
        f'is a checkpoint, a dict with the keys "epoch", "{key}". The state dict of fresh is the one under "{key}"',
        [f'fresh.load_state_dict(torch.load("ck.pt")["{key}"])'],
    )


def test_the_state_of_an_optimizer_is_named() -> None:
    code = """
    net = nn.Linear(2, 1)
    opt = torch.optim.SGD(net.parameters(), lr=0.1)
    net.load_state_dict(opt.state_dict())
    """
    check(code, "opt.state_dict() is the state dict of an optimizer")


def test_shapes_that_differ_are_told_with_their_key() -> None:
    code = """
    old = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 10))
    new = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 4))
    new.load_state_dict(old.state_dict())
    """
    said = '2 tensors differ in shape. "2.weight" has shape (10, 3) in old.state_dict(), and (4, 3) in new'
    check(code, said)  # of the same sizes, or a new last layer: that is theirs to say
    assert "leave the keys of its last layer out" in why(code).text
    assert "not tensors of another shape" in why(code.replace("state_dict())\n", "state_dict(), strict=False)\n")).text


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("nn.Linear(5, 1)", "nn.Linear(3, 1)"),
        ("nn.Embedding(9, 4)", "nn.Embedding(7, 4)"),
        ("nn.Conv2d(3, 8, 5)", "nn.Conv2d(1, 8, 3)"),
        ("nn.Sequential(nn.Sequential(nn.Conv1d(1, 2, 3), nn.BatchNorm1d(2)))",
         "nn.Sequential(nn.Sequential(nn.Conv1d(1, 4, 3), nn.BatchNorm1d(4)))"),
    ],
)  # fmt: skip
def test_a_network_is_made_with_the_sizes_that_were_saved(old: str, new: str) -> None:
    code = f"saved = {old}.state_dict()\nnet = {new}\nnet.load_state_dict(saved)"
    check(code, "was made with other sizes", [f"net = {old}\nnet.load_state_dict(saved)"])


STANDALONE = """
words = ["a", "b", "c"]
class LM(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.emb = nn.Embedding(n, 4)
        self.out = nn.Linear(4, 3)
class Net(nn.Module):
    def __init__(self, channels=3, places=5):
        super().__init__()
        self.place = nn.Parameter(torch.zeros(1, places, 8))
        self.conv = nn.Conv2d(channels, 8, 3)
        self.out = nn.Linear(8, 2)
"""


@pytest.mark.parametrize(
    ("saved", "made", "said"),
    [
        ("LM(100)", "LM(2)", "or words. `net.load_state_dict({key: value for key, value in state.items() if key"),
        ("LM(100)", "LM(2)", "make it with the sizes that were saved, `net = LM(100)`"),
        ("LM(2)", "LM(len(words))", "make it with the sizes that were saved."),  # what computes it is used elsewhere
        ("Net(3)", "Net(1)", "Only the number of inputs of conv.weight differs."),
        ("Net(3)", "Net(3, 9)", "Only place differs."),
    ],
)
def test_a_size_that_stands_for_itself_may_be_meant(saved: str, made: str, said: str) -> None:
    check(f"{STANDALONE}state = {saved}.state_dict()\nnet = {made}\nnet.load_state_dict(state)", said)


def test_sizes_that_no_number_of_the_statement_gives_get_no_fix() -> None:
    check("n = 4\nnet = nn.Linear(n, 1)\nnet.load_state_dict(nn.Linear(3, 1).state_dict())", "with other sizes")
    deeper = "net = nn.Sequential(nn.Linear(2, 3))\nnet.load_state_dict("
    check(deeper + "nn.Sequential(nn.Linear(2, 4), nn.Linear(4, 1)).state_dict())", "missing or too many as well")


def test_seven_characters_that_were_cut_off_by_mistake() -> None:
    code = """
    net = nn.ModuleDict({"encoder1": nn.Linear(2, 1), "decoder2": nn.Linear(1, 2)})
    saved = {key[7:]: value for key, value in net.state_dict().items()}
    net.load_state_dict(saved)
    """
    check(code, "The keys of saved are those of net with the first 7 characters cut off")


def test_trained_values_that_are_too_many_are_not_dropped() -> None:
    code = "net = nn.Linear(2, 1, bias=False)\nnet.load_state_dict(nn.Linear(2, 1).state_dict())"
    check(code, 'has "bias", which net lacks. Everything that net has is there: its layers were made with other')


def test_buffers_that_are_too_many_may_be_left_out() -> None:
    code = """
    saved = nn.BatchNorm1d(2).state_dict()
    net = nn.BatchNorm1d(2, track_running_stats=False)
    net.load_state_dict(saved)
    """
    said = 'saved has "running_mean", "running_var", "num_batches_tracked", which net lacks.'
    check(code, said, ["net.load_state_dict(saved, strict=False)"])


def test_missing_keys_get_no_fix_that_leaves_them_at_random() -> None:
    code = 'net = nn.Linear(2, 1)\nnet.load_state_dict({"weight": torch.ones(1, 2)})'
    check(code, "keep the values that they have now")


def test_other_names_with_the_same_shapes_are_said_to_be_other_names() -> None:
    code = """
    old = nn.ModuleDict({"fc1": nn.Linear(2, 3), "fc2": nn.Linear(3, 1)})
    new = nn.ModuleDict({"first": nn.Linear(2, 3), "second": nn.Linear(3, 1)})
    new.load_state_dict(old.state_dict())
    """
    check(code, "the layers had other names in the network that was saved")


def test_a_learners_own_loading_is_left_alone() -> None:
    code = """
    class Net(nn.Linear):
        def _load_from_state_dict(self, *args): raise RuntimeError("Error(s) in loading state_dict for Net: no")
    Net(2, 1).load_state_dict({})
    """
    assert fails(code).explanation is None


def test_the_name_of_a_file_is_read_first() -> None:
    code = 'net = nn.Linear(2, 1)\ntorch.save(net.state_dict(), "lin.pt")\nnet.load_state_dict("lin.pt")'
    check(code, '"lin.pt" is the name of a file', ['net.load_state_dict(torch.load("lin.pt"))'])
    inside = 'net = nn.Linear(2, 1)\ntorch.save({"net": net.state_dict()}, "c.pt")\nnet.load_state_dict("c.pt")'
    check(inside, 'the one under "net"', ['net.load_state_dict(torch.load("c.pt")["net"])'])
    check('net = nn.Linear(2, 1)\nnet.load_state_dict("none.pt")', "There is no file of this name here")


@pytest.mark.parametrize(
    ("given", "said", "fix"),
    [
        ("net.state_dict", "net.state_dict is the method itself", "net.state_dict()"),
        ("other", "other is a whole network (Linear)", "other.state_dict()"),
        ("other.parameters()", "gives parameters one after the other", "other.state_dict()"),
    ],
)
def test_what_is_near_to_a_state_dict_is_replaced_by_it(given: str, said: str, fix: str) -> None:
    code = f"net, other = nn.Linear(2, 1), nn.Linear(2, 1)\nnet.load_state_dict({given})"
    check(code, said, [f"net.load_state_dict({fix})"])


def test_what_is_far_from_a_state_dict_is_named_only() -> None:
    check("net = nn.Linear(2, 1)\nnet.load_state_dict([1, 2])", "[1, 2] is of type list")
    check("saved = None\nnet = nn.Linear(2, 1)\nnet.load_state_dict(saved)", "saved comes from `saved = None`")
    check("nn.Linear.load_state_dict({})", "nn.Linear is the class")
    check("net = nn.Linear(2, 1)\nnet.load_state_dict()", "takes the state dict that net is to get")


def test_a_file_is_looked_at_without_running_what_it_holds() -> None:
    code = """
    import os
    class Trap:
        def __reduce__(self): return (os.mkdir, ("ran",))
    torch.save({"net": Trap()}, "trap.pt")
    net = nn.Linear(2, 1)
    net.load_state_dict("trap.pt")
    """
    check(code, "torch.load(")
    check("import os\nassert not os.path.exists('ran')\nnet = nn.Linear(2, 1)\nnet.load_state_dict('trap.pt')")


def test_classes_that_the_learner_allows_are_not_run_by_a_look() -> None:
    code = """
    made = []
    class Kept:
        def __setstate__(self, state): made.append(state)
    kept = Kept()
    kept.x = 1
    torch.save({"a": kept}, "kept.pt")
    torch.serialization.add_safe_globals([Kept])
    net = nn.Linear(2, 1)
    net.load_state_dict("kept.pt")
    """
    live = session()
    allowed = torch.serialization.get_safe_globals()
    try:
        fails(code, live)
    finally:
        torch.serialization.clear_safe_globals()
        torch.serialization.add_safe_globals(allowed)
    assert live.namespace["made"] == []


def test_the_report_of_keys_is_no_network() -> None:
    code = "net = nn.Linear(2, 1)\nsaved = net.state_dict()\n"
    check(
        code + "net = net.load_state_dict(saved)\nnet(torch.ones(1, 2))",
        "`net = net.load_state_dict(saved)` gave the name net to the report",
        ["net = nn.Linear(2, 1)\nnet.load_state_dict(saved)\nnet(torch.ones(1, 2))"],
    )
    check(code + "report = net.load_state_dict(saved)\nreport.eval()", "The network is still net.", ["net.eval()"])
    check(code + "net.load_state_dict(saved).eval()", "net is the network", ["net.eval()"])


def test_a_state_dict_is_no_network() -> None:
    code = "net = nn.Linear(2, 1)\nsaved = net.state_dict()\n"
    check(code + "saved(torch.ones(1, 2))", "saved is a state dict", ["net.load_state_dict(saved)"])
    check(code + "saved.eval()", "saved is a state dict", ["net.load_state_dict(saved)"])
    check(
        code + 'point = {"epoch": 1, "net": saved}\npoint.eval()',
        'a checkpoint with the state dict of a network under "net"',
        ['net.load_state_dict(point["net"])'],
    )
    check("saved = nn.Linear(2, 1).state_dict()\nsaved.parameters()", "make that one first")


def test_a_network_has_no_method_that_saves_it() -> None:
    code = "net = nn.Linear(2, 1)\n"
    check(code + 'net.save("a.pt")', "no method that saves it", ['torch.save(net.state_dict(), "a.pt")'])
    torch_save = 'torch.save(net.state_dict(), "a.pt")\n'
    check(
        code + torch_save + 'net.load("a.pt")',
        "no method that reads a file",
        ['net.load_state_dict(torch.load("a.pt"))'],
    )


@pytest.mark.parametrize("layer", ["nn.Linear(3, 10)", "nn.Conv2d(3, 10, 1)"])
def test_a_last_layer_of_another_size_is_left_out(layer: str) -> None:
    made = f"old = nn.Sequential(nn.Linear(2, 3), {layer})\nnew = nn.Sequential(nn.Linear(2, 3), "
    made += f"{layer.replace('10', '4')})\nsaved = old.state_dict()\n"
    code = 'new.load_state_dict({key: value for key, value in saved.items() if not key.startswith("1.")}, strict=False)'
    check(f"{made}new.load_state_dict(saved, strict=False)", "Leave the keys of the last layer out", [code])
    assert "If new is meant to have another number of outputs" in why(f"{made}new.load_state_dict(saved)").text


def test_the_lines_that_make_the_network_of_a_state_dict() -> None:
    code = """
    trained = nn.Sequential(nn.Linear(2, 1))
    def load(state):
        model = dict(state)
        return model.eval()

    load(trained.state_dict())
    """
    assert "model = nn.Sequential(nn.Linear(2, 1)), then model.load_state_dict(dict(state))" in why(code).text


def test_a_state_dict_that_a_function_is_given_for_a_network() -> None:
    code = """
import io
net = nn.Sequential(nn.Linear(3, 2))
file = io.BytesIO()
torch.save(net.state_dict(), file)
file.seek(0)
def predict(model, x):
    model.eval()
    return model(x)
loaded = torch.load(file)
predict(loaded, torch.rand(1, 3))
"""
    said = "Here these are the lines: loaded = nn.Sequential(nn.Linear(3, 2)), then loaded.load_state_dict("
    check(code, said)


WIDE = """
class MLP(nn.Module):
    def __init__(self, n_in, hidden=64):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(n_in, hidden), nn.BatchNorm1d(hidden), nn.Linear(hidden, 2))

class LM(nn.Module):
    def __init__(self, vocab):
        super().__init__()
        self.emb, self.out = nn.Embedding(vocab, 8), nn.Linear(8, 4)
        self.emb = nn.Embedding(vocab, 8)

words = ["a", "b", "c"]
"""


@pytest.mark.parametrize(
    ("saved", "made", "fixes"),
    [
        ("MLP(4, 128)", "MLP(4)", ["net = MLP(4, hidden=128)"]),
        ("MLP(4, 16)", "MLP(4, 32)", ["net = MLP(4, 16)"]),
        ("MLP(4, 64)", "MLP(4, hidden=32)", ["net = MLP(4, hidden=64)"]),
        ("MLP(6, hidden=16)", "MLP(n_in=4, hidden=32)", ["net = MLP(n_in=6, hidden=16)"]),
    ],
)
def test_the_sizes_of_a_class_of_ones_own(saved: str, made: str, fixes: list[str]) -> None:
    code = f"{WIDE}state = {saved}.state_dict()\nnet = {made}\nopt = torch.optim.SGD(net.parameters(), lr=0.1)\n"
    rest = "\nopt = torch.optim.SGD(net.parameters(), lr=0.1)\nnet.load_state_dict(state)"
    check(code + "net.load_state_dict(state)", "made with other sizes", [each + rest for each in fixes])
