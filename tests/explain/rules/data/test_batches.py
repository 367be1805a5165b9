"""What a loader gives, used as one tensor."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, fails, runs_after, session, why

HEAD = """
from torch.utils.data import DataLoader, TensorDataset
loader = DataLoader(TensorDataset(torch.rand(6, 3), torch.rand(6, 1)), batch_size=2)
net = nn.Linear(3, 1)
"""


def test_enumerate_without_a_use() -> None:
    said = why(HEAD + "for rows, wanted in enumerate(loader):\n    d = wanted.float() - net(rows)")
    assert "rows is the number of the round, and wanted is the whole batch" in said.text
    assert [fix.code for fix in said.fixes] == ["for rows, wanted in loader:\n    d = wanted.float() - net(rows)"]
    said = why(HEAD + "for step, batch in enumerate(loader):\n    batch.mean()")
    assert "Without enumerate" not in said.text


def test_the_first_of_a_batch_where_one_tensor_is_used() -> None:
    body = "for batch in loader:\n    x = batch.to('cpu')\n    d = net(x) + x.shape[0]"
    assert [fix.code for fix in why(HEAD + body).fixes] == [body.replace("batch.to", "batch[0].to")]
    body = "for batch in loader:\n    batch = batch.to('cpu')\n    x, y = batch"
    assert "[each.to('cpu') for each in batch]" in why(HEAD + body).fixes[0].code


def test_elements_that_are_no_tensors() -> None:
    said = why("import numpy as np\nrows = [np.ones(3), np.zeros(3)]\ntorch.stack(rows)")
    assert [fix.code for fix in said.fixes] == ["torch.from_numpy(np.stack(rows))"]
    nested = "out = (torch.rand(2), [torch.rand(2, 3), torch.rand(2, 3)])\ntorch.cat([out[1], out[0]])"
    assert "out[1] is a list of 2 tensors" in why(nested).text


FACES = """
class Faces(torch.utils.data.Dataset):
    def __init__(self):
        self.paths = [f"{i}.png" for i in range(4)]
    def __len__(self):
        return 4
    def __getitem__(self, i):
        return torch.ones(2), i % 2, LAST

loader = torch.utils.data.DataLoader(Faces(), batch_size=2)
"""


@pytest.mark.parametrize(
    ("last", "name"),
    [("self.paths[i]", "path"), ('f"{i}.png"', "name"), ("torch.ones(3)", ""), ("self.paths[i] + '.x'", "")],
)
def test_a_part_that_the_loop_has_no_name_for(last: str, name: str) -> None:
    loop = "for image, label{} in loader:\n    label.sum()"
    fixes = [loop.format(f", {name}")] if name else []
    said = f"Faces.__getitem__ returns torch.ones(2), i % 2, {last}."
    check(FACES.replace("LAST", last) + loop.format(""), said, fixes)
    taken = "image, label{} = next(iter(loader))"
    check(FACES.replace("LAST", last) + taken.format(""), said, [taken.format(f", {name}")] if name else [])


def test_a_name_that_is_taken() -> None:
    loop = "for image, label{} in loader:\n    label.sum()"
    check("path = 3\n" + FACES.replace("LAST", "self.paths[i]") + loop.format(""), "", [loop.format(", _")])


def test_a_collate_function_that_a_loader_holds() -> None:
    function = "def pad(batch):\n    return {}(batch)\n"
    loader = "loader = torch.utils.data.DataLoader([torch.ones(2), torch.ones(3)], batch_size=2, collate_fn=pad)"
    code = f"{function.format('torch.stack')}\n{loader}\nnext(iter(loader))"
    padded = "def pad(batch):\n    return nn.utils.rnn.pad_sequence(batch, batch_first=True)"
    check(code, "They differ in dim 0 alone", [f"{padded}\n\n{loader}"])


def test_iterators_of_a_loader_are_made_again() -> None:
    code = """
    from torch.utils.data import DataLoader
    sentences = [(torch.ones(3), 0), (torch.ones(5), 1)]
    train_loader = DataLoader(sentences, batch_size=2)
    batches = iter(train_loader)
    words, label = next(batches)
    """
    fix = why(code).fixes[0].code
    assert fix.endswith("collate_fn=collate)\nbatches = iter(train_loader)\nwords, label = next(batches)"), fix
    assert runs_after(code) == 1


def test_a_loop_over_what_was_made_of_the_loader() -> None:
    code = """
    from torch.utils.data import DataLoader
    tracks = [torch.ones(3), torch.ones(4), torch.ones(2)]
    loader = DataLoader(tracks, batch_size=3)
    numbered = enumerate(loader)
    for step, track in numbered:
        longest = track.shape[1]
    """
    explanation = why(code)
    assert all("\nnumbered = enumerate(loader)\n" in fix.code for fix in explanation.fixes)
    assert runs_after(code) == len(explanation.fixes) == 1


@pytest.mark.parametrize(
    ("rows", "parts"),
    [
        (
            '[{"ids": [1, 2, 3], "label": 0}, {"ids": [4, 5], "label": 1}]',
            '"ids": nn.utils.rnn.pad_sequence([torch.tensor(each["ids"]) for each in batch], batch_first=True)|'
            '"label": torch.tensor([each["label"] for each in batch])',
        ),
        (
            '[{"ids": torch.ones(3), "name": "a"}, {"ids": torch.ones(2), "name": "b"}]',
            '"ids": nn.utils.rnn.pad_sequence([each["ids"] for each in batch], batch_first=True)|'
            '"name": [each["name"] for each in batch]',
        ),
    ],
)
def test_dicts_of_sequences_are_padded_by_key(rows: str, parts: str) -> None:
    lines = "".join(f"        {part},\n" for part in parts.split("|"))
    made = f"def collate(batch):\n    return {{\n{lines}    }}\n\n"
    code = f"from torch.utils.data import DataLoader\nrows = {rows}\nloader = DataLoader(rows, batch_size=2)\n"
    again = "loader = DataLoader(rows, batch_size=2, collate_fn=collate)\nbatch = next(iter(loader))"
    check(code + "batch = next(iter(loader))", "", [made + again])


def test_lists_of_tokens_beside_a_label_are_padded() -> None:
    code = (
        "from torch.utils.data import DataLoader\nrows = [([1, 2, 3], 0), ([4, 5], 1)]\n"
        "loader = DataLoader(rows, batch_size=2)\nfor ids, labels in loader:\n    print(ids.shape)"
    )
    fix = (
        "def collate(batch):\n    ids, labels = zip(*batch)\n"
        "    return nn.utils.rnn.pad_sequence([torch.tensor(row) for row in ids], batch_first=True), "
        "torch.tensor(labels)\n\n"
        "loader = DataLoader(rows, batch_size=2, collate_fn=collate)\nfor ids, labels in loader:\n    print(ids.shape)"
    )
    check(code, "rows[0][0] has length 3 and rows[1][0] has length 2", [fix])


def test_a_collate_function_without_return() -> None:
    code = """
from torch.utils.data import DataLoader
def collate(batch):
    xs = torch.stack([each[0] for each in batch])
    ys = torch.tensor([each[1] for each in batch])

rows = [(torch.rand(3), 1), (torch.rand(3), 0)]
loader = DataLoader(rows, batch_size=2, collate_fn=collate)
for x, y in loader:
    print(x.shape)
"""
    fix = (
        "def collate(batch):\n    xs = torch.stack([each[0] for each in batch])\n"
        "    ys = torch.tensor([each[1] for each in batch])\n    return xs, ys\n\n"
        "loader = DataLoader(rows, batch_size=2, collate_fn=collate)"
    )
    check(code, "collate, the collate_fn, has no return, so each batch is None.", [fix])


@pytest.mark.parametrize(
    ("taken", "counted"),
    [
        ("self.s[i : i + self.w]", "len(self.s) - self.w + 1"),
        ("self.s[i : i + self.w], self.s[i + self.w]", "len(self.s) - self.w"),
        ("self.s[i : i + self.w], self.s[i + 1 : i + self.w + 1]", "len(self.s) - self.w"),
        ("self.s[i : i + self.w], self.s[i + self.w + 1]", "len(self.s) - self.w - 1"),
    ],
)
def test_windows_that_run_over_the_end_are_not_padded(taken: str, counted: str) -> None:
    code = f"""
from torch.utils.data import DataLoader, Dataset
class Windows(Dataset):
    def __init__(self, series, w):
        self.s, self.w = series, w
    def __len__(self):
        return len(self.s)
    def __getitem__(self, i):
        return {taken}

loader = DataLoader(Windows(torch.arange(10.), 3), batch_size=4)
for batch in loader:
    pass
"""
    explanation = why(code)
    assert f"Write return {counted} in __len__." in explanation.text
    [fix] = explanation.fixes
    assert f"return {counted}\n" in fix.code
    assert fix.code.endswith("loader = DataLoader(Windows(torch.arange(10.), 3), batch_size=4)")
    live = session()
    fails(code, live)
    for outcome in live.run(fix.code + "\nfor batch in loader:\n    pass\n"):
        assert outcome.error is None, outcome.error.final


GIVEN = """
from torch.utils.data import DataLoader
def collate(batch, pad):
    xs, ys = zip(*batch)
    return torch.stack(xs), torch.tensor(ys)

def joined(batch):
    return torch.stack([each[0] for each in batch])

rows, holed = [(torch.rand(2), 0), (torch.rand(2), 1)], [(torch.rand(2), 0), (torch.rand(2), None)]
"""


@pytest.mark.parametrize(
    ("line", "said", "fixes"),
    [
        (
            "for x, y in DataLoader(rows, batch_size=2, collate_fn=collate):\n    pass",  # pad is no part of a sample
            "so nothing is given for pad",
            [],
        ),
        ("loader = DataLoader(rows, collate_fn=joined())", "collate_fn=joined, without parentheses", ["joined"]),
        ('loader = DataLoader(rows, num_workers="2")', "of type int", ["DataLoader(rows, num_workers=2)"]),
        ("for x, y in DataLoader(holed, batch_size=2):\n    pass", "holed[1][1] is None", []),
    ],
)
def test_how_a_loader_is_given_its_function(line: str, said: str, fixes: list[str]) -> None:
    check(GIVEN + line, said, fixes)


def test_a_sample_that_is_a_dataset_of_its_own() -> None:
    code = """
    from torch.utils.data import DataLoader, Dataset
    class Case(Dataset):
        def __len__(self):
            return 1
        def __getitem__(self, at):
            return torch.ones(2)
    class Scans(Dataset):
        def __len__(self):
            return 4
        def __getitem__(self, at):
            return Case()
    next(iter(DataLoader(Scans(), batch_size=2)))
    """
    assert "is a dataset of its own (Case), and DataLoader makes batches of samples" in why(code).text
