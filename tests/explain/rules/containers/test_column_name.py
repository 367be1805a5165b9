"""A pandas table asked for a column that it does not have."""

import pytest

from tests.explain.failing import fails, session

pytest.importorskip("pandas")
HOUSES = 'import pandas as pd\nhouses = pd.DataFrame({"NumRooms": [1, 2], "Price": [3, 4]})'


@pytest.mark.parametrize(
    ("line", "said", "fixes"),
    [
        ('houses["numrooms"]', 'houses has no column "numrooms". It has the columns', ['houses["NumRooms"]']),
        ("houses['num_rooms'].mean()", 'no column "num_rooms"', ["houses['NumRooms'].mean()"]),
        ('y = houses["Pric"]', 'no column "Pric"', ['y = houses["Price"]']),
        ('houses[["NumRooms", "price"]]', 'no column "price"', ['houses[["NumRooms", "Price"]]']),
        ('wanted = "price"\nhouses[wanted]', 'no column "price". It has the columns "NumRooms", "Price".', []),
        ('houses["zip"]', 'no column "zip"', []),
        ('one = houses[["Price"]]\none["Rooms"]', 'one has no column "Rooms". It has the column "Price".', []),
        ('none = pd.DataFrame()\nnone["a"]', "none has no columns.", []),
    ],
)
def test_a_column_that_is_not_there(line, said, fixes):
    live = session()
    assert all(outcome.error is None for outcome in live.run(HOUSES))
    explanation = fails(line, live).explanation
    assert explanation is not None
    assert said in explanation.text
    assert [fix.statement or fix.code for fix in explanation.fixes] == fixes
    for fix in fixes:
        assert all(outcome.error is None for outcome in live.run(fix))


@pytest.mark.parametrize(
    "line",
    [
        'houses[["a", "b"]]',
        'pd.DataFrame({0: [1], "a": [2]})["b"]',
        'houses.loc["Price"]',
        'class Table(pd.DataFrame):\n    pass\n\nTable(houses)["zip"]',
    ],
)
def test_what_is_not_known_is_left_to_pandas(line):
    live = session()
    assert all(outcome.error is None for outcome in live.run(HOUSES))
    explanation = fails(line, live).explanation
    assert explanation is None or "has no column" not in explanation.text
