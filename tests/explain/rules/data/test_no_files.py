"""A dataset of the learner's that looks for files and finds none."""

from __future__ import annotations

from pathlib import Path

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
    said = f"`self.files = {listed}` in Pictures.__init__ found no files. There is no folder nowhere here."
    check(HEAD.replace("LISTED", listed), said)


def test_an_empty_list_that_is_none_of_files() -> None:
    assert "found no files" not in why(HEAD.replace("LISTED", "[]")).text


LISTS = {
    'glob.glob(os.path.join(folder, "*.npy"))': 'None of them ends with ".npy": write "*.pt" in its place.',
    'list(Path(folder).glob("*.npy"))': 'None of them ends with ".npy": write "*.pt" in its place.',
    'sorted(glob.glob(f"{folder}/*.npy"))': 'None of them ends with ".npy": write "*.pt" in its place.',
    '[f for f in os.listdir(folder) if f.endswith(".npy")]': 'None of them ends with ".npy": write ".pt" in its place.',
    '[f for f in os.listdir(folder) if f.startswith("test")]': "has 3 files, part_0.pt, part_1.pt, …",
    'glob.glob(folder + "/test/*.pt")': "There is no folder",
}


@pytest.mark.parametrize(("listed", "said"), LISTS.items())
def test_what_is_there(listed: str, said: str, tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"part_{number}.pt").touch()
    code = HEAD.replace("LISTED", listed).replace('"nowhere"', repr(str(tmp_path)))
    check(code, said)


def test_files_that_are_one_folder_deeper(tmp_path: Path) -> None:
    (tmp_path / "train").mkdir()
    (tmp_path / "train" / "one.png").touch()
    code = HEAD.replace("LISTED", 'glob.glob(f"{self.folder}/*.png")').replace('"nowhere"', repr(str(tmp_path)))
    check(code, "has no files of its own; such files are in its folder train.")


def test_files_that_were_looked_for_at_the_prompt() -> None:
    code = HEAD.replace("LISTED", "folder").replace('Pictures("nowhere")', "Pictures(names)")
    code = code.replace("    data = Pictures", '    names = glob.glob("nowhere/*.png")\n    data = Pictures')
    check(code, '`names = glob.glob("nowhere/*.png")` found no files. There is no folder nowhere here.')
