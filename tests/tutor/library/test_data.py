"""The lesson data: right answers of other kinds pass, wrong ones are told what they did, figures come from runs."""

from __future__ import annotations

import pytest
import torch

from ptrepl.tutor.format.lesson import Prose, Role
from ptrepl.tutor.isolation.torch_api import tensor_from
from tests.tutor.lessons import Player, feedback
from tests.tutor.trying import each, shipped, tried, unanswered

pytest.importorskip("pandas")

CLASS = "class Rides(Dataset):\n    def __init__(self, km, price):\n        self.km, self.price = km, price\n"
OUT = "rides = Rides(km, price)\nall_km, all_price = next(iter(DataLoader(rides, batch_size=len(rides))))"
ROWS = "    def __getitem__(self, i):\n        return self.km[i], self.price[i]\n"
SIZE = "    def __len__(self):\n        return len(self.km)\n"
TABLE = "table = pd.get_dummies(houses.iloc[:, :2], dummy_na=True, dtype=float)\n"
PRICES = "\ny = torch.tensor(houses['Price'].to_numpy('float32'))"
LOADER = "DataLoader(TensorDataset(losses), batch_size=4)"

RIGHT = {
    "fill-the-gaps": [
        "rooms = torch.tensor(houses.NumRooms.fillna(houses.NumRooms.mean()).values).float()",
        "rooms = torch.from_numpy(houses['NumRooms'].fillna(houses['NumRooms'].mean()).to_numpy('float32'))",
        "houses = houses.fillna(houses.mean(numeric_only=True))\n"
        "rooms = torch.tensor(houses['NumRooms'].to_numpy(), dtype=torch.float32)",
        "rooms = torch.tensor(houses['NumRooms'].tolist())\n"
        "rooms = torch.where(torch.isnan(rooms), torch.nanmean(rooms), rooms)",
        "column = houses['NumRooms']\ncolumn[column.isna()] = column.mean()\n"
        "rooms = torch.tensor(column.to_numpy(np.float32))",
        "known = [n for n in houses['NumRooms'] if n == n]\nmean = sum(known) / len(known)\n"
        "rooms = torch.tensor([n if n == n else mean for n in houses['NumRooms']])",
    ],
    "whole-way": [
        TABLE + "X = torch.tensor(table.fillna(table.mean()).values, dtype=torch.float32)\n"
        "y = torch.tensor(houses.Price.values).float()",
        "inputs = houses.iloc[:, :2]\ninputs = inputs.fillna(inputs.mean(numeric_only=True))\n"
        "X = torch.tensor((pd.get_dummies(inputs, dummy_na=True) * 1).to_numpy()).float()\n"
        "y = torch.tensor(houses.iloc[:, 2].to_numpy('float32'))",
        "rooms = houses['NumRooms'].fillna(houses['NumRooms'].mean())\npave = houses['Alley'] == 'Pave'\n"
        "X = torch.stack([torch.tensor(c.to_numpy('float32')) for c in (rooms, pave, ~pave)], dim=1)" + PRICES,
        TABLE + "X = torch.tensor(table.to_numpy('float32'))\nX[:, 0][X[:, 0].isnan()] = X[:, 0].nanmean()" + PRICES,
    ],
    "double-and-float": [
        "X = torch.from_numpy(rows).float()\nguess = model(X)",
        "X = torch.tensor(rows.astype('float32'))\nguess = model(X)",
        "X = torch.tensor(rows)\nX = X.to(torch.float32)\nguess = model(X)",
        "X = torch.tensor(rows.tolist())\nguess = model.forward(X).detach()",
        "X = torch.Tensor(rows)\nwith torch.no_grad():\n    guess = model(X)",
    ],
    "keep-some-back": [
        "order = torch.randperm(100)\nvalid, train = order[:20], order[20:]\n"
        "train_km, train_price, valid_km, valid_price = km[train], price[train], km[valid], price[valid]",
        "import random\nplaces = list(range(100))\nrandom.shuffle(places)\n"
        "train_km, train_price = km[places[:80]], price[places[:80]]\n"
        "valid_km, valid_price = km[places[80:]], price[places[80:]]",
        "from torch.utils.data import random_split, TensorDataset\n"
        "a, b = random_split(TensorDataset(km, price), [80, 20])\n"
        "train_km, train_price = a[:]\nvalid_km, valid_price = b[:]",
        "mask = torch.zeros(100, dtype=torch.bool)\nmask[torch.randperm(100)[:80]] = True\n"
        "train_km, train_price, valid_km, valid_price = km[mask], price[mask], km[~mask], price[~mask]",
    ],
    "on-one-scale": [
        "mean = train.mean(0, keepdim=True)\nstd = train.std(0, keepdim=True)\n"
        "train_scaled, valid_scaled = [(each - mean).div(std) for each in (train, valid)]",
        "def scale(x):\n    return (x - train.mean(dim=0)) / train.var(dim=0).sqrt()\n\n"
        "train_scaled = scale(train)\nvalid_scaled = scale(valid)",
        "std, mean = torch.std_mean(train.double(), dim=0)\n"
        "train_scaled = (train - mean) / std\nvalid_scaled = (valid - mean) / std",
        "train_scaled, valid_scaled = train.clone(), valid.clone()\nfor c in range(2):\n"
        "    m, s = train[:, c].mean(), train[:, c].std()\n"
        "    train_scaled[:, c] = (train[:, c] - m) / s\n    valid_scaled[:, c] = (valid[:, c] - m) / s",
    ],
    "two-of-ten": [
        f"average = sum(some.sum() for (some,) in {LOADER}) / 10",
        f"average = torch.cat([some for (some,) in {LOADER}]).mean().item()",
        f"total = torch.zeros(())\nn = 0\nfor batch in {LOADER}:\n    total = total + batch[0].sum()\n"
        "    n = n + batch[0].numel()\naverage = (total / n).double()",
        f"average = sum(some.sum() for (some,) in {LOADER}) / len(losses)",
    ],
    "own-dataset": [
        CLASS + SIZE + "    def __getitem__(self, i):\n        return (self.km[i], self.price[i])\n\n" + OUT,
        CLASS + "    def __len__(self):\n        return self.price.numel()\n" + ROWS + "\n" + OUT,
        CLASS + SIZE + "    def __getitem__(self, place):\n        a = self.km[place]\n        b = self.price[place]\n"
        "        return [a, b]\n\n" + OUT,
        "class Rides(torch.utils.data.Dataset):\n    def __init__(self, a, b):\n        self.pairs = [*zip(a, b)]\n\n"
        "    def __len__(self):\n        return len(self.pairs)\n\n    def __getitem__(self, i):\n"
        "        return self.pairs[i]\n\n" + OUT,
        CLASS
        + SIZE
        + "    def __getitem__(self, i):\n        return self.km[i].item(), self.price[i].item()\n\n"
        + OUT,
    ],
    "table-with-gaps": [
        "dear = houses['Price'][houses['Price'] > 110000]\nprices = torch.tensor(dear.reset_index(drop=True))",
        "dear = houses[houses['Price'] > 110000]\nprices = torch.tensor(dear['Price'].values)",
        "prices = torch.tensor(houses['Price'])\nprices = prices[prices > 110000]",
        "dear = houses['Price'][houses['Price'] > 110000]\nprices = torch.tensor(dear.tolist()).float()",
        "dear = houses['Price'][houses['Price'] > 110000]\nprices = torch.tensor([dear[i] for i in dear.index])",
        "dear = houses['Price'][houses['Price'] > 110000]\nprices = torch.tensor([each for each in dear])",
    ],
    "ragged": [
        "def pad(rows):\n    n = max(map(len, rows))\n    return torch.stack([F.pad(r, [0, n - len(r)]) for r in rows])"
        "\n\nbatch = pad(walks)",
        "def pad(rows):\n    n = max(len(r) for r in rows)\n"
        "    return torch.tensor([r.tolist() + [0.0] * (n - len(r)) for r in rows])\n\n"
        "(batch,) = DataLoader(walks, batch_size=3, collate_fn=pad)",
        "pad = lambda rows: nn.utils.rnn.pad_sequence(rows, True)\n"
        "for batch in DataLoader(walks, batch_size=8, collate_fn=pad):\n    pass",
        "def pad(rows):\n    return nn.utils.rnn.pad_sequence(rows).T\n\n"
        "batch = next(iter(DataLoader(walks, 3, collate_fn=pad)))",
    ],
}

WRONG = {
    "fill-the-gaps": [
        ("rooms = torch.tensor(houses['NumRooms'].fillna(houses['NumRooms'].mean()))", "float64"),
        ("rooms = torch.tensor(houses['NumRooms'].fillna(0).to_numpy('float32'))", "which nobody claims"),
        ("rooms = torch.tensor(houses['NumRooms'].dropna().to_numpy('float32'))", "throws away two"),
        ("rooms = torch.tensor(houses['NumRooms'].to_numpy('float32'))", "Two gaps are still in it"),
        ("rooms = houses['NumRooms'].fillna(houses['NumRooms'].mean())", "a column of pandas still"),
        ("rooms = torch.tensor([3.0, 2.0, 4.0, 3.0])", "typed in as numbers"),
    ],
    "whole-way": [
        (TABLE + "X = torch.tensor(table.to_numpy('float32'))" + PRICES, "still NaN"),
        (TABLE + "X = torch.tensor(table.fillna(table.mean()).to_numpy())" + PRICES, "they are float64"),
        (
            TABLE
            + "X = torch.tensor(table.fillna(table.mean()).to_numpy('float32'))\ny = torch.tensor(houses['Price'])",
            "`y` is int64",
        ),
        ("inputs = houses.iloc[:, 0:2]\ninputs = inputs.fillna(inputs.mean())", "has no mean"),
    ],
    "double-and-float": [
        ("X = torch.tensor(rows)\nguess = model(X)", "Double and Float"),
        ("X = torch.tensor(rows)\nguess = model(X.float())", "`X` itself is float64 still"),
        ("X = torch.tensor(rows)\nguess = model.double()(X)", "It is to stay as it was, which %redo gives back"),
    ],
    "keep-some-back": [
        (
            "train_km, train_price, valid_km, valid_price = km[:80], price[:80], km[80:], price[80:]",
            "Nothing is shuffled",
        ),
        (
            "o = torch.randperm(100)\ntrain_km, train_price, valid_km, valid_price = km[o[:80]], price[o[:80]], "
            "km[o[:20]], price[o[:20]]",
            "among the 80 as well",
        ),
        (
            "o = torch.randperm(100)\ntrain_km, valid_km = km[o[:80]], km[o[80:]]\n"
            "o = torch.randperm(100)\ntrain_price, valid_price = price[o[:80]], price[o[80:]]",
            "has the price of another one",
        ),
    ],
    "on-one-scale": [
        (
            "train_scaled = (train - train.mean(0)) / train.std(0)\n"
            "valid_scaled = (valid - valid.mean(0)) / valid.std(0)",
            "of their own",
        ),
        (
            "train_scaled = train - train.mean(0) / train.std(0)\nvalid_scaled = valid - train.mean(0) / train.std(0)",
            "/ comes before -",
        ),
        (
            "train_scaled = (train - train.mean()) / train.std()\nvalid_scaled = (valid - train.mean()) / train.std()",
            "Each column has its own",
        ),
    ],
    "two-of-ten": [
        (
            f"total = n = 0\nfor (some,) in {LOADER}:\n    total += some.mean()\n    n += 1\naverage = total / n",
            "A mean of means",
        ),
        (
            f"total = n = 0\nfor (some,) in {LOADER}:\n    total += some.sum()\n    n += 1\naverage = total / n",
            "count rows",
        ),
        ("average = 2.0", "typed in"),
        ("average = losses.mean()", "the step is about batches"),
        *(
            (
                f"total = n = 0\nfor (some,) in {LOADER.replace('4', size)}:\n    total += some.mean()\n    n += 1\n"
                "average = total / n",
                "Another batch size hides the fault",
            )
            for size in ("1", "5", "10")
        ),
    ],
    "own-dataset": [
        (
            CLASS + SIZE + "    def __getitem__(self, i):\n        return self.km, self.price\n\n" + OUT,
            "each row is everything",
        ),
        (CLASS + SIZE + "    def __getitem__(self, i):\n        return self.km[i]\n\n" + OUT, "the kilometres alone"),
        (CLASS + "    def __len__(self):\n        return self.km\n" + ROWS + "\n" + OUT, "len asks for an integer"),
        (CLASS + "    def __len__(self):\n        return 5\n" + ROWS + "\n" + OUT, "five rides alone"),
        (CLASS + "    def __len__(self):\n        return len(km)\n" + ROWS + "\n" + OUT, "name of the prompt"),
    ],
    "table-with-gaps": [
        ("dear = houses['Price'][houses['Price'] > 110000]\nprices = torch.tensor(dear)", "no row is called 1"),
        (
            "dear = houses['Price'][houses['Price'] > 110000]\nprices = torch.tensor(dear.reset_index().to_numpy())",
            "the old names stay",
        ),
        (
            "dear = houses['Price'][houses['Price'] > 110000]\nprices = torch.tensor([dear[i] for i in range(3)])",
            "iloc asks for places",
        ),
    ],
    "ragged": [
        ("batch = next(iter(DataLoader(walks, batch_size=3)))", "stack expects"),
        ("def pad(rows):\n    return torch.zeros(3, 3)\n\nbatch = pad(walks)", "pad"),
        (
            "def pad(rows):\n    return nn.utils.rnn.pad_sequence(rows)\n\n"
            "batch = next(iter(DataLoader(walks, batch_size=3, collate_fn=pad)))",
            "batch_first=True",
        ),
    ],
}


@pytest.mark.parametrize(("step", "source"), each(RIGHT))
def test_right_answers_of_other_kinds_pass(step: str, source: str) -> None:
    passed, told = tried("data", step, source)
    assert passed, told


@pytest.mark.parametrize(("step", "answer"), each(WRONG))
def test_wrong_answers_are_told_what_they_did(step: str, answer: tuple[str, str]) -> None:
    source, said = answer
    passed, told = tried("data", step, source)
    assert not passed
    assert said in told


def test_no_task_is_left_out() -> None:
    assert unanswered("data", RIGHT, 4) == unanswered("data", WRONG, 3) == set()


def test_workers_draw_the_numbers_that_the_text_shows() -> None:
    import subprocess
    import sys

    (step,) = [each for each in shipped("data").steps if each.id == "same-dice"]
    (text,) = [each.text for each in step.blocks if isinstance(each, Prose) and "```text" in each.text]
    program, shown = text.split("```text\n")[1].split("```")[0].strip().rsplit("\n", 1)
    head = "import numpy as np\nfrom torch.utils.data import DataLoader, Dataset\n"
    printed = subprocess.run([sys.executable, "-c", head + program], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == shown


def test_a_loader_reads_a_sorted_column_in_its_old_order() -> None:
    import pandas
    from torch.utils.data import DataLoader

    prices = pandas.Series([127500, 106000, 178100, 140000])
    assert next(iter(DataLoader(prices.sort_values(), batch_size=4))).tolist() == prices.tolist()
    dear = prices[prices > 110000]
    with pytest.raises(KeyError):
        torch.tensor(dear)
    assert tensor_from(dear).tolist() == [127500, 178100, 140000]


def test_without_pandas_the_other_steps_are_taken() -> None:
    lesson = shipped("data").without(["pandas"])
    assert len(lesson.steps) == len(shipped("data").steps) - 5
    player = Player(lesson)
    for step in lesson.steps:
        said = player.begin(step.id)
        for code in step.codes(Role.SOLUTION)[:1]:
            said = [*said, *player.type(code.source)]
            assert player.run.mode == "continue", step.id
        assert not [text for mood, text in feedback(said) if mood in ("bad", "fault")], step.id
