"""The lesson capstone: files, seeds, devices, and programs that go from a table to a forecast in many ways."""

from __future__ import annotations

from pathlib import Path

import pytest

from ptrepl.tutor.format.lesson import Prose
from tests.tutor.lessons import Player
from tests.tutor.trying import each, player_of, shipped, tried, unanswered

LOAD = "def load(path):\n    net = network()\n    {}\n    return net"
NET = "net = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1)).to(device)\nstate = torch.load(path)\n"
BATCHES = "def batches(rows, seed):\n    {}\n    return DataLoader(rows, {})"
SOURCE = "source = torch.Generator().manual_seed(seed)"
PREDICT = "def predict(net, rows):\n    {}"
FEATURES = "def features_of(days):\n    rows = []\n    for day in days:\n        rows.append([{}])\n    return {}"
NUMBERS = 'float(day["temperature"]), float(day["rain"] == "yes"), float(day["weekend"] == "yes")'

DATA = (
    "features = features_of(days).to(device)\n"
    'rented = torch.tensor([[float(day["rented"]) / 100] for day in days], device=device)\n'
    "train, valid, test = in_three(len(days))\n"
    "middle, spread = features[train].mean(dim=0), features[train].std(dim=0)\n"
    "scaled = (features - middle) / spread\n"
)
MADE = "def network():\n    return nn.Sequential({}).to(device)\nnet = network()\n"
HIDDEN = "nn.Linear(3, 16), nn.ReLU(), nn.Linear(16, 1)"
ADAM = "optimizer = torch.optim.Adam(net.parameters(), lr=0.05)\n"
LOOP = (
    "for epoch in range(200):\n    loss = mse(net(scaled[train]), rented[train])\n    optimizer.zero_grad()\n"
    "    loss.backward()\n    optimizer.step()\n"
)
SAVE = 'torch.save({"net": net.state_dict(), "middle": middle, "spread": spread}, path)\n'
FORECAST = (
    "def forecast(path, days):\n    saved = torch.load(path, map_location=device)\n    net = network()\n"
    '    net.load_state_dict(saved["net"])\n    net.eval()\n    with torch.no_grad():\n'
    '        return 100 * net((features_of(days).to(device) - saved["middle"]) / saved["spread"])'
)
MINIBATCHES = (
    "from torch.utils.data import DataLoader, TensorDataset\n"
    "loader = DataLoader(TensorDataset(scaled[train], rented[train]), batch_size=30, shuffle=True)\n"
    "for epoch in range(70):\n    net.train()\n    for X, y in loader:\n        optimizer.zero_grad()\n"
    "        mse(net(X), y).backward()\n        optimizer.step()\n"
)
BEST = (
    'import copy\nlowest = float("inf")\n'
    + LOOP
    + "    with torch.no_grad():\n        found = mse(net(scaled[valid]), rented[valid]).item()\n"
    "    if found < lowest:\n        lowest, kept = found, copy.deepcopy(net.state_dict())\nnet.load_state_dict(kept)\n"
)
ALL = DATA + MADE.format(HIDDEN) + ADAM + LOOP + SAVE + FORECAST

RIGHT = {
    "load": [
        LOAD.format("net.load_state_dict(torch.load(path, weights_only=True))\n    net.train(False)"),
        LOAD.format("net.eval()\n    net.load_state_dict(torch.load(path))"),
        "def load(file):\n    made = network().eval()\n    numbers = torch.load(file)\n"
        "    made.load_state_dict(numbers)\n    return made",
        LOAD.format("state = torch.load(path)\n    with torch.no_grad():\n        for name, each in "
                    "net.named_parameters():\n            each.copy_(state[name])\n    net.eval()"),
    ],
    "prefix": [
        NET + "net.load_state_dict({name[7:]: each for name, each in state.items()})",
        NET + 'net.load_state_dict({name.split(".", 1)[1]: each for name, each in state.items()})',
        NET + "bare = {}\nfor name in state:\n    bare[name.replace('module.', '')] = state[name]\n"
        "net.load_state_dict(bare)",
        NET + "wrapper = nn.Module()\nwrapper.module = net\nwrapper.load_state_dict(state)",
    ],
    "repeat": [
        BATCHES.format(SOURCE, "batch_size=10, shuffle=True, generator=source"),
        BATCHES.format("mine = torch.Generator()\n    mine.manual_seed(seed)", "10, True, generator=mine"),
        BATCHES.format(SOURCE, "batch_size=10, sampler=torch.utils.data.RandomSampler(rows, generator=source)"),
        BATCHES.format("pass", "shuffle=True, batch_size=10, generator=torch.Generator().manual_seed(seed)"),
    ],
    "anywhere": [
        PREDICT.format("for each in net.parameters():\n        return net(torch.tensor(rows).to(each.device))"),
        PREDICT.format("return net(torch.tensor(rows).to(next(net.parameters())))"),
        PREDICT.format("place = list(net.parameters())[0].device\n    return net(torch.as_tensor(rows, device=place))"),
        PREDICT.format("return net(torch.tensor(rows, device={each.device for each in net.parameters()}.pop()))"),
    ],
    "features": [
        FEATURES.format('int(day["temperature"]), day["rain"] == "yes", day["weekend"] == "yes"',
                        "torch.tensor(rows, dtype=torch.float32)"),
        FEATURES.format('float(day["temperature"]), *({"yes": 1.0, "no": 0.0}[day[n]] for n in ("rain", "weekend"))',
                        "torch.tensor(rows)"),
        "def features_of(days):\n    found = torch.zeros(len(days), 3)\n    for place, day in enumerate(days):\n"
        '        found[place, 0] = float(day["temperature"])\n        if day["rain"] == "yes":\n'
        '            found[place, 1] = 1\n        if day["weekend"] != "no":\n            found[place, 2] = 1\n'
        "    return found",
        "import pandas as pd\ndef features_of(days):\n    table = pd.DataFrame(days)\n"
        '    table["temperature"] = table["temperature"].astype(float)\n'
        '    for name in ("rain", "weekend"):\n        table[name] = (table[name] == "yes").astype(float)\n'
        '    return torch.tensor(table[["temperature", "rain", "weekend"]].to_numpy("float32"))',
    ],
    "all": [
        ALL,
        DATA + MADE.format("nn.Linear(3, 32), nn.Tanh(), nn.Linear(32, 1)") + ADAM + LOOP + SAVE + FORECAST,
        DATA + MADE.format("nn.Linear(3, 16), nn.ReLU(), nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 1)") + ADAM
        + LOOP + SAVE + FORECAST,
        DATA + MADE.format(HIDDEN) + ADAM + MINIBATCHES + SAVE + FORECAST,
        DATA + MADE.format(HIDDEN) + ADAM + BEST + SAVE + FORECAST,
        DATA + MADE.format("nn.Linear(3, 16), nn.ReLU(), nn.Dropout(0.05), nn.Linear(16, 1)") + ADAM + LOOP + SAVE
        + FORECAST,
        DATA.replace("features[train]", "features") + MADE.format(HIDDEN) + ADAM + LOOP + SAVE + FORECAST,
        ALL.replace("middle, spread =", "m, s =").replace("middle) / spread", "m) / s").replace(
            '"middle": middle, "spread": spread', '"scale": [m.tolist(), s.tolist()]'
        ).replace('saved["middle"]', 'torch.tensor(saved["scale"][0]).to(device)').replace(
            'saved["spread"]', 'torch.tensor(saved["scale"][1]).to(device)'
        ),
        ALL.replace("torch.optim.Adam(net.parameters(), lr=0.05)",
                    "torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)"),
        ALL.replace("        return 100 * net(", "        return 100 * net.cpu()(").replace(
            "features_of(days).to(device)) -", "features_of(days) -"
        ) + ".reshape(-1)",
    ],
}  # fmt: skip

WRONG = {
    "load": [
        (LOAD.format("net.load_state_dict(torch.load(path))"), "in train mode still"),
        (LOAD.format("torch.load(path)\n    net.eval()"), "has to be loaded into the network"),
        (LOAD.format("net.load_state_dict(path)\n    net.eval()"), "not the name of the file"),
        (LOAD.format("net = torch.load(path)\n    net.eval()"), "cannot be asked"),
        (LOAD.format("net = net.load_state_dict(torch.load(path))\n    net.eval()"), "a report of missing names"),
    ],
    "prefix": [
        (NET + "net.load_state_dict(state, strict=False)", "nothing was loaded"),
        (NET + "net.load_state_dict({name[6:]: each for name, each in state.items()})", "seven characters"),
        (NET + "net.load_state_dict({n.removeprefix('module'): e for n, e in state.items()})", "The dot belongs"),
        (NET + "new = {n.removeprefix('module.'): e for n, e in state.items()}\nnet.load_state_dict(state)",
         "the old dict is loaded"),
    ],
    "repeat": [
        (BATCHES.format("torch.manual_seed(seed)", "batch_size=10, shuffle=True"), "the common source"),
        (BATCHES.format(SOURCE, "batch_size=10, shuffle=True"), "knows nothing of it"),
        (BATCHES.format(SOURCE, "batch_size=10, generator=source"), "Without shuffle=True"),
        (BATCHES.format("source = torch.Generator()", "batch_size=10, shuffle=True, generator=source"), "no seed yet"),
        (BATCHES.format(SOURCE, "batch_size=5, shuffle=True, generator=source"), "rows_in_a_minibatch"),
    ],
    "anywhere": [
        (PREDICT.format('return net(torch.tensor(rows).to("cpu"))'), "one device again"),
        (PREDICT.format("return net(torch.tensor(rows, device=device))"), "chose for itself"),
        (PREDICT.format("return net(torch.tensor(rows, device=net.device))"), "no device of its own"),
        (PREDICT.format("return net(torch.tensor(rows))"), "on the CPU"),
    ],
    "features": [
        (FEATURES.format('day["temperature"], day["rain"] == "yes", day["weekend"] == "yes"', "torch.tensor(rows)"),
         "The table has texts"),
        (FEATURES.format('float(day["temperature"]), float(day["rain"]), float(day["weekend"])', "torch.tensor(rows)"),
         "are words"),
        (FEATURES.format(NUMBERS + ', float(day["rented"])', "torch.tensor(rows)"), "looks at what was rented"),
        (FEATURES.format(NUMBERS, "rows"), "A list is given back"),
        (FEATURES.format(NUMBERS.replace('"yes"', '"no"'), "torch.tensor(rows)"), "where it is dry"),
    ],
    "all": [
        (DATA + MADE.format("nn.Linear(3, 1)") + ADAM + LOOP + SAVE + FORECAST, "A straight line"),
        (DATA + MADE.format(HIDDEN) + ADAM + LOOP + FORECAST, "Nothing is left in a file"),
        (ALL.replace("100 * ", ""), "Multiply by 100"),
        (ALL.replace("    net = network()\n", ""), "stands outside of it"),
        (ALL.replace('saved["middle"]) / saved["spread"]', "middle) / spread"), "stands outside of it"),
        (ALL.replace('    net.load_state_dict(saved["net"])\n', ""), "nothing is loaded into it"),
        (DATA + MADE.format(HIDDEN) + ADAM + SAVE + FORECAST, "Nothing is trained"),
        (ALL.replace("range(200)", "range(3)"), "below 12"),
        (ALL.replace('(features_of(days).to(device) - saved["middle"]) / saved["spread"]', "features_of(days)"),
         "Scale them there too"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("step", "source"), each(RIGHT))
def test_answers_of_other_kinds_pass(step: str, source: str) -> None:
    pytest.importorskip("pandas") if "pandas" in source else None
    passed, told = tried("capstone", step, source)
    assert passed, told


@pytest.mark.parametrize(("step", "answer"), each(WRONG))
def test_wrong_answers_are_told_what_they_are(step: str, answer: tuple[str, str]) -> None:
    source, said = answer
    passed, told = tried("capstone", step, source)
    assert not passed
    assert said in told, told


def begun(step: str) -> Player:
    player = player_of("capstone")
    player.begin(step)
    return player


def prose(step: str) -> str:
    (found,) = [each for each in shipped("capstone").steps if each.id == step]
    return " ".join(" ".join(block.text for block in found.blocks if isinstance(block, Prose)).split()) + found.learned


def test_the_file_lies_in_a_folder_of_its_own() -> None:
    one, other = (Path(begun("load").session.namespace["path"]) for _ in range(2))
    assert one.is_file()
    assert one.parent != other.parent


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_straight_line_and_the_mean_are_off_as_the_text_says(seed: int) -> None:
    player = begun("all")
    names = player.session.namespace
    names["torch"].manual_seed(seed)
    player.type(DATA + MADE.format("nn.Linear(3, 1)") + ADAM + LOOP)
    torch, bikes = names["torch"], names["rented"] * 100
    line = (100 * names["net"](names["scaled"]).detach() - bikes).abs().mean().item()
    assert line == pytest.approx(16, abs=2)
    assert (bikes - bikes.mean()).abs().mean().item() == pytest.approx(29, abs=4)
    assert torch.isfinite(bikes).all()
    assert "off by 29, a straight line by about 16" in prose("all")


def test_no_task_is_left_out() -> None:
    assert unanswered("capstone", RIGHT, 4) == unanswered("capstone", WRONG, 4) == set()
    assert len(RIGHT["all"]) >= 10
