"""A dataset of the learner's that looks for files and finds none."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, why

HEAD = """
    import glob, os
    from pathlib import Path
    from torch.utils.data import DataLoader, Dataset
    class Pictures(Dataset):
        def __init__(self, folder):
            self.folder = folder
            self.files = LISTED
        def __len__(self):
            return len(self.files)
        def __getitem__(self, i):
            return self.files[i]
    data = Pictures("nowhere")
    loader = DataLoader(data, shuffle=True)
"""


@pytest.mark.parametrize("listed", ['glob.glob(folder + "/*.png")', 'sorted(Path(folder).rglob("*.png"))'])
def test_the_line_that_found_none(listed: str) -> None:
    said = f"`self.files = {listed}` in Pictures.__init__ found no files: check the folder"
    check(HEAD.replace("LISTED", listed), said)


def test_an_empty_list_that_is_none_of_files() -> None:
    assert "found no files" not in why(HEAD.replace("LISTED", "[]")).text
