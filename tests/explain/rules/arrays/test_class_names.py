"""Names of classes for which one list or dict in reach has the numbers."""

from __future__ import annotations

from tests.explain.failing import check

BATCH = 'batch = {"label": ["dog", "cat", "dog"]}\n'


def test_by_a_list_and_by_a_dict() -> None:
    by_list = 'torch.tensor([names.index(each) for each in batch["label"]])'
    check(BATCH + 'names = ["cat", "dog"]\ny = torch.tensor(batch["label"])', "names has a number for each", [by_list])
    by_dict = 'torch.tensor([ids[each] for each in batch["label"]])'
    check(BATCH + 'ids = {"cat": 0, "dog": 1}\ny = torch.tensor(batch["label"])', "ids has a number", [by_dict])


def test_a_single_name() -> None:
    code = 'names = ("cat", "dog")\nname = "dog"\ny = torch.tensor(name)'
    check(code, "names has a number for this name", ["torch.tensor(names.index(name))"])


def test_two_lists_are_not_chosen_from() -> None:
    check(BATCH + 'a = ["cat", "dog"]\nb = ["dog", "cat"]\ny = torch.tensor(batch["label"])', "'dog' is a string", [])


def test_a_column_of_a_table_and_a_part_of_an_array() -> None:
    table = 'import pandas as pd\ntable = pd.DataFrame({"kind": ["a", "b", "a"]})\n'
    column = 'table["kind"].values'
    line = "torch.tensor([classes.index(each) for each in {part}])"
    fix = f"classes = sorted(set({column}))\ny = {line.format(part=column)}"
    check(f"{table}y = torch.LongTensor({column})", f"{column} holds strings such as 'a'", [fix])
    part = f"{table}names = {column}\ny = torch.LongTensor(names[:2])"
    check(part, "names holds strings", [f"classes = sorted(set(names))\ny = {line.format(part='names[:2]')}"])
