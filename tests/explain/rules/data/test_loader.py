"""A DataLoader used like a list or an iterator, its options, and what it makes of samples."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, fails, why

HEAD = (
    "from torch.utils.data import ConcatDataset, DataLoader, Dataset, IterableDataset, Subset, TensorDataset, "
    "random_split\n"
    "from torch.utils.data import SequentialSampler\n"
    "ds = TensorDataset(torch.ones(4, 2), torch.ones(4))\n"
    "loader = DataLoader(ds, batch_size=2)\n"
)
STREAM = "class Stream(IterableDataset):\n    def __iter__(self): return iter([1, 2])\n\nstream = Stream()\n"


def test_a_loader_has_no_brackets() -> None:
    check(HEAD + "loader[0]", "loader is a DataLoader", ["next(iter(loader))"])
    check(HEAD + "x, y = loader[0]", "loader is a DataLoader", ["next(iter(loader))"])
    check(HEAD + "loader[3]", "loader.dataset[i] takes one sample")


@pytest.mark.parametrize("given", ["loader", "ds", "[1, 2]"])
def test_next_wants_an_iterator(given: str) -> None:
    check(HEAD + f"rows = {given}\nnext(rows)", "next needs an iterator", ["next(iter(rows))"])


def test_next_is_a_function() -> None:
    check(HEAD + "feed = iter(loader)\nfeed.next()", "The function next takes the next item", ["next(feed)"])
    check(HEAD + "iter(loader).next()", "", ["next(iter(loader))"])
    check(HEAD + "loader.next()", "", ["next(iter(loader))"])
    check(HEAD + "feed = (x for x in [1])\nfeed.next()", "", ["next(feed)"])


def test_an_iterator_is_used_up() -> None:
    check(HEAD + "feed = iter(loader)\nfor _ in range(3):\n    next(feed)", "feed has given all of its 2 batches")


def test_attributes_of_tensors_and_of_the_dataset() -> None:
    check(HEAD + 'loader.to("cpu")', "only tensors have to")
    check(HEAD + "loader.tensors", "Its dataset has", ["loader.dataset.tensors"])
    check(HEAD + "part = Subset(ds, [0, 1])\npart.tensors", "part is a Subset", ["part[:]"])


@pytest.mark.parametrize(
    ("call", "said", "fix"),
    [
        ('DataLoader(ds, batch_size="2")', 'batch_size is the string "2"', "DataLoader(ds, batch_size=2)"),
        ("DataLoader(ds, batch_size=2.0)", "of type float", "DataLoader(ds, batch_size=2)"),
        (
            "DataLoader(ds, shuffle=True, sampler=SequentialSampler(ds))",
            "takes one of the two",
            "DataLoader(ds, sampler=SequentialSampler(ds))",
        ),
        ("DataLoader(stream, shuffle=True)", "stream is an IterableDataset", "DataLoader(stream)"),
        (
            "DataLoader(ds, batch_size=2, batch_sampler=[[0, 1]])",
            "says itself which samples",
            "DataLoader(ds, batch_sampler=[[0, 1]])",
        ),
        ("DataLoader(ds, prefetch_factor=2)", "there are no workers", "DataLoader(ds)"),
        ("DataLoader(ds, persistent_workers=True)", "there are none", "DataLoader(ds)"),
    ],
)
def test_options_that_do_not_go_together(call: str, said: str, fix: str) -> None:
    check(HEAD + STREAM + call, said, [fix])


def test_an_empty_dataset_says_where_it_came_from() -> None:
    code = 'import glob\nclouds = glob.glob("/nowhere/*.npy")\nDataLoader(clouds, shuffle=True)'
    check(HEAD + code, "clouds (list) is empty: it has 0 samples. It comes from `clouds = glob.glob(")
    assert "There is no folder /nowhere." in why(HEAD + code).text
    assert "There is no folder /nowhere." not in why(HEAD + "rows = []\nDataLoader(rows, shuffle=True)").text


def test_samples_of_several_lengths_are_padded() -> None:
    code = "samples = [torch.tensor([1, 2, 3]), torch.tensor([6])]\nfeed = iter(DataLoader(samples, batch_size=2))\n"
    pad = "collate_fn=lambda rows: nn.utils.rnn.pad_sequence(rows, batch_first=True)"
    check(
        HEAD + code + "batch = next(feed)",
        "samples[0] has shape (3,) and samples[1] has shape (1,)",
        [f"feed = iter(DataLoader(samples, batch_size=2, {pad}))\nbatch = next(feed)"],
    )


def test_several_lines_are_not_offered_behind_a_semicolon() -> None:
    code = (
        "rows = [torch.ones(2), torch.ones(3)]\nfeed = iter(DataLoader(rows, batch_size=2))\nn = 1; batch = next(feed)"
    )
    check(HEAD + code, "rows[1] has shape (3,)", [])


@pytest.mark.parametrize(
    ("samples", "said"),
    [
        ("[(torch.ones(3, 4, 4), 0), (torch.ones(1, 4, 4), 1)]", "rows[1][0] has shape (1, 4, 4)"),
        ("[torch.ones(3, 4, 4), torch.ones(3, 4, 8)]", "resize or crop all of them to one size"),
        ("[torch.ones(2), None]", "rows[1] is None, and DataLoader cannot put None into a batch"),
        ('[{"x": 1, "y": None}, {"x": 2, "y": None}]', 'rows[0]["y"] is None'),
        ("[[1, 2], [3]]", "rows[0] has length 2 and rows[1] has length 1"),
        ('[{"a": 1}, {"b": 1}]', "rows[0] has the key 'a', and rows[1] lacks it"),
        ("[torch.ones(2), 1]", "rows[0] is of type Tensor, and rows[1] of type int"),
        ("[(object(), 1), (object(), 2)]", "rows[0][0] is of type object"),
        ('[np.array(["a"]), np.array(["b"])]', "rows[0] is a NumPy array of dtype <U1"),
    ],
)
def test_samples_that_make_no_batch(samples: str, said: str) -> None:
    check(HEAD + f"import numpy as np\nrows = {samples}\nfor batch in DataLoader(rows, batch_size=2):\n    pass", said)


def test_a_getitem_that_returns_nothing() -> None:
    code = """class Files(Dataset):
    def __len__(self):
        return 2

    def __getitem__(self, i):
        if i == 0:
            return torch.ones(2)

files = Files()
for batch in DataLoader(files, batch_size=2):
    pass"""
    check(HEAD + code, "files[1] is None: __getitem__ of Files returned nothing for the index 1")


def test_a_collate_function_of_the_learners_is_not_judged() -> None:
    code = 'def mine(rows): raise RuntimeError("stack expects each tensor to be equal size")\n'
    assert fails(HEAD + code + "for batch in DataLoader(ds, collate_fn=mine):\n    pass").explanation is None


def test_a_collate_function_of_torch_is_not_taken_for_the_default() -> None:
    code = "rows = [torch.ones(2), None]\nloader = DataLoader(rows, batch_size=2, collate_fn=torch.stack)\n"
    outcome = fails(HEAD + code + "for batch in loader:\n    pass")
    assert outcome.explanation is None or "DataLoader" not in outcome.explanation.text


def test_a_dict_is_no_dataset() -> None:
    check(HEAD + 'for batch in DataLoader({"a": 1, "b": 2}):\n    pass', 'a dict with the keys "a", "b"')
    check(HEAD + "for batch in DataLoader({1, 2}):\n    pass", "has no order")


def test_errors_of_workers_are_told_with_their_place() -> None:
    code = """class Rows(Dataset):
    def __len__(self):
        return 2

    def __getitem__(self, i):
        return {0: 1}[i]

for batch in DataLoader(Rows(), num_workers=1):
    pass"""
    found = check(HEAD + code, "The worker process 0 failed while it loaded a batch. In __getitem__")
    assert "`return {0: 1}[i]` raised KeyError: 1" in found.text
    shapes = (
        "rows = [torch.ones(3, 4), torch.ones(3, 5)]\nfor b in DataLoader(rows, batch_size=2, num_workers=1):\n    pass"
    )
    assert "have different shapes: (3, 4) and (3, 5)." in why(HEAD + shapes).text


@pytest.mark.filterwarnings("ignore:Got pickle error")
@pytest.mark.nightly  # the worker imports torch
def test_a_lambda_does_not_go_to_a_worker() -> None:
    made = "rows = [lambda: 1]\nloader = DataLoader(rows, num_workers=1, multiprocessing_context='spawn')\n"
    check(HEAD + made + "for batch in loader:\n    pass", "cannot be pickled")


def test_a_none_that_is_meant_is_left_out() -> None:
    code = """
class Boxes(Dataset):
    def __len__(self):
        return 4
    def __getitem__(self, index):
        if index == 1:
            return None
        return torch.zeros(3)
for batch in DataLoader(Boxes(), batch_size=2):
    pass
"""
    fix = (
        "def collate(batch):\n"
        "    return torch.utils.data.default_collate([each for each in batch if each is not None])\n\n"
        "for batch in DataLoader(Boxes(), batch_size=2, collate_fn=collate):\n    pass"
    )
    said = "has a `return None`, and a batch holds no None. A collate_fn can leave such samples out: def"
    check(HEAD + code, said, [fix])
    forgotten = code.replace(
        "            return None\n        return torch.zeros(3)",
        "            pass\n        else:\n            return torch.zeros(3)",
    )
    check(HEAD + forgotten, "Each branch of an if in it, and its end, needs a return with the sample.")


@pytest.mark.parametrize(
    ("made", "fix"),
    [
        ("torch.arange(6) % 2", "part.dataset.targets[part.indices]"),
        ("[0, 1, 0, 1, 0, 1]", "[part.dataset.targets[i] for i in part.indices]"),
    ],
)
def test_the_targets_of_a_part_are_not_those_of_all(made: str, fix: str) -> None:
    code = f"""
class Named(Dataset):
    def __init__(self):
        self.targets = {made}
    def __len__(self):
        return 6
    def __getitem__(self, index):
        return torch.zeros(3), self.targets[index]
part, rest = random_split(Named(), [4, 2])
counts = torch.bincount(torch.as_tensor(part.targets))
"""
    check(HEAD + code, "part.dataset.targets belongs to the whole dataset.", [fix])
