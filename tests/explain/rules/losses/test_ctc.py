"""CTC loss: the order of the dims, and the lengths."""

from __future__ import annotations

from tests.explain.failing import check

MADE = """
ctc = nn.CTCLoss()
logp = torch.randn({shape}).log_softmax(2)
targets = torch.randint(1, 8, (3, 5))
steps, labels = torch.full((3,), {steps}), torch.tensor([5, {labels}, 4])
"""
CALL = "loss = ctc(logp, targets, steps, labels)"


def made(shape: str = "20, 3, 8", steps: int = 20, labels: int = 5) -> str:
    return MADE.format(shape=shape, steps=steps, labels=labels) + CALL


def test_batch_first() -> None:
    says = "logp is (3, 20, 8), which CTC loss reads as (length, batch, classes)"
    check(made("3, 20, 8"), says, ["ctc(logp.transpose(0, 1), targets, steps, labels)"])


def test_more_steps_than_there_are() -> None:
    check(made(steps=25), "steps holds 25, more steps than there are. Where every", [])


def test_more_labels_than_the_row_has() -> None:
    check(made(labels=7), "targets is (3, 5), with 5 labels in a row, and labels holds 7", [])


def test_labels_in_one_row() -> None:
    code = made().replace("targets = torch.randint(1, 8, (3, 5))", "targets = torch.randint(1, 8, (12,))")
    check(code, "targets has 12 labels, those of all examples one after another, and labels adds up to 14", [])


def test_lengths_that_count_the_ending() -> None:
    code = """
    names = ["AB12.png", "XY34.png"]
    labels = torch.tensor([len(name) for name in names])
    loss = nn.CTCLoss()(torch.randn(9, 2, 8).log_softmax(2), torch.ones(2, 4).long(), torch.tensor([9, 9]), labels)
    """
    check(code, "8 is the length of 'AB12.png' in names", [])
