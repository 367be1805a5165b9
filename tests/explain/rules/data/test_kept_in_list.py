"""Samples with objects of the learner's own classes: a collate_fn that keeps those in a list."""

from __future__ import annotations

from tests.explain.failing import check

HEAD = """
    from torch.utils.data import DataLoader
    class Boxes:
        pass
"""
LOADER = "loader = DataLoader(data, batch_size=2, collate_fn=collate)\nbatch = next(iter(loader))"


def test_a_dict() -> None:
    code = (
        HEAD
        + """
    data = [{"image": torch.zeros(3), "boxes": Boxes()} for _ in range(4)]
    loader = DataLoader(data, batch_size=2)
    batch = next(iter(loader))
    """
    )
    images, boxes = 'torch.stack([each["image"] for each in batch])', '[each["boxes"] for each in batch]'
    returned = f'return {{"image": {images}, "boxes": {boxes}}}'
    check(code, "is of type Boxes", [f"def collate(batch):\n    {returned}\n\n{LOADER}"])


def test_a_tuple() -> None:
    code = (
        HEAD
        + """
    data = [(torch.zeros(3), Boxes(), 1) for _ in range(4)]
    loader = DataLoader(data, batch_size=2)
    batch = next(iter(loader))
    """
    )
    returned = "return torch.stack(first), list(second), torch.tensor(third)"
    collate = f"def collate(batch):\n    first, second, third = zip(*batch)\n    {returned}\n"
    check(code, "is of type Boxes", [f"{collate}\n{LOADER}"])


def test_a_sample_that_is_such_an_object() -> None:
    code = HEAD + "    loader = DataLoader([Boxes(), Boxes()], batch_size=2)\n    batch = next(iter(loader))"
    check(code, "is of type Boxes")
