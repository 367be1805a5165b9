"""The lesson sequences: right answers that no author thought of pass, wrong ones are told what they did."""

from __future__ import annotations

import math

import pytest

from ptrepl.tutor.format.lesson import Role
from tests.tutor.trying import each, player_of, shipped, tried, unanswered

READER = (
    "torch.manual_seed(0)\nreader = nn.GRU(1, 4, batch_first=True).to(device)\nguess = nn.Linear(4, 1).to(device)\n"
    "parts = [*reader.parameters(), *guess.parameters()]\noptimizer = torch.optim.SGD(parts, lr=0.1)\nstate = None\n"
)
ROUND = (
    "    seen, state = reader(piece, state)\n"
    "    loss = ((guess(seen[:, :-1]) - piece[:, 1:]) ** 2).mean()\n"
    "    optimizer.zero_grad()\n    loss.backward()\n    optimizer.step()\n"
)
FOR = "for piece in level.split(12, dim=1):\n"


def trained(made: str = "Writer().to(device)", by: str = "Adam(writer.parameters(), lr=0.05)", lines: str = "") -> str:
    """A program that trains the writer; ``lines`` stand in its loop in place of the scores and the loss."""
    lines = lines or (
        "    scores = writer(inputs)\n    loss = F.cross_entropy(scores.flatten(0, 1), targets.flatten())\n"
    )
    return (
        f"writer = {made}\noptimizer = torch.optim.{by}\nfor epoch in range(80):\n{lines}"
        "    optimizer.zero_grad()\n    loss.backward()\n    optimizer.step()"
    )


ATTENTION = "def attention(query, key, value):\n"
ALLOWED = "    allowed = torch.ones(query.shape[1], query.shape[1]).tril().bool()\n"
WRITE = "def write(net, text):\n"
WHILE = '    while not text.endswith(".") and len(text) < 12:\n'

RIGHT = {
    "tokens": [
        'def decode(tokens):\n    return "".join([letters[int(token)] for token in tokens])',
        'def decode(tokens):\n    return "".join(map(letters.__getitem__, tokens.tolist()))',
        'def decode(tokens):\n    word = ""\n    for i in range(len(tokens)):\n'
        "        word = word + letters[tokens[i]]\n    return word",
        'decode = lambda tokens: "".join(dict(enumerate(letters))[each.item()] for each in tokens)',
    ],
    "padding": [
        "def mean_letter(rows, tokens):\n    mask = tokens.ne(0).unsqueeze(-1)\n"
        "    return (rows * mask).sum(1) / mask.sum(1)",
        "def mean_letter(rows, tokens):\n    kept = rows.masked_fill((tokens == 0)[:, :, None], float('nan'))\n"
        "    return kept.nanmean(dim=1)",
        "def mean_letter(rows, tokens):\n    found = []\n    for row, word in zip(rows, tokens):\n"
        "        count = int((word != 0).sum())\n        found.append(row[word > 0].sum(0) / count)\n"
        "    return torch.stack(found)",
        "def mean_letter(rows, tokens):\n    share = (tokens != 0).float()\n"
        "    share = share / share.sum(dim=1, keepdim=True)\n    return (share[:, None] @ rows)[:, 0]",
        "def mean_letter(rows, tokens):\n    return torch.where((tokens != 0)[..., None], rows, 0.0).sum(1) "
        "/ (tokens != 0).sum(1).reshape(-1, 1)",
    ],
    "carried": [
        f"{READER}{FOR}{ROUND}    state.detach_()",
        f"{READER}{FOR}    if state is not None:\n        state = state.detach()\n{ROUND}",
        f"{READER}{FOR}{ROUND.replace('seen, state', 'seen, after')}    state = after.data",
        f"{READER}{FOR}{ROUND}    with torch.no_grad():\n        state = state * 1.0",
    ],
    "attention": [
        f"{ATTENTION}    return F.scaled_dot_product_attention(query, key, value, is_causal=True)",
        f"{ATTENTION}{ALLOWED}    scores = query @ key.mT / query.size(-1) ** 0.5\n"
        "    scores[:, ~allowed] = -torch.inf\n    return scores.softmax(-1) @ value",
        f"{ATTENTION}{ALLOWED}    scores = torch.bmm(query, key.transpose(-1, -2)).div(query.shape[-1] ** 0.5)\n"
        "    part = torch.where(allowed, scores.exp(), 0.0)\n"
        "    return torch.bmm(part / part.sum(dim=2, keepdim=True), value)",
        f"{ATTENTION}    found = []\n    for place in range(query.shape[1]):\n"
        "        now = query[:, place : place + 1]\n"
        "        score = now @ key[:, : place + 1].mT / key.shape[2] ** 0.5\n"
        "        found.append(score.softmax(-1) @ value[:, : place + 1])\n    return torch.cat(found, dim=1)",
        f"{ATTENTION}    n = query.shape[1]\n    bias = torch.full((n, n), -1e9, dtype=query.dtype).triu(1)\n"
        "    scores = torch.einsum('bqc,bkc->bqk', query, key) * query.shape[-1] ** -0.5 + bias\n"
        "    return torch.einsum('bqk,bkc->bqc', scores.softmax(2), value)",
    ],
    "heads": [
        "def split_heads(rows, heads):\n    b, t, c = rows.shape\n"
        "    return rows.view(b, t, heads, c // heads).permute(0, 2, 1, 3)",
        "def split_heads(rows, heads):\n    return rows.unflatten(2, (heads, -1)).movedim(2, 1)",
        "def split_heads(rows, heads):\n    size = rows.shape[2] // heads\n"
        "    return torch.stack([rows[:, :, h * size : (h + 1) * size] for h in range(heads)], 1)",
        "def split_heads(rows, heads):\n    b, t, c = rows.shape\n"
        "    return rows.mT.reshape(b, heads, c // heads, t).mT",
    ],
    "shifted": [
        "inputs, targets = batch[:, :-1], batch[:, 1:]",
        "inputs = batch[:, 0:9]\ntargets = batch[:, 1:10]",
        "inputs = batch.narrow(1, 0, 9)\ntargets = batch.narrow(1, 1, 9).clone()",
        "inputs = batch[..., :-1]\ntargets = batch.roll(-1, dims=1)[..., :-1]",
    ],
    "train": [
        trained(),
        trained(by="AdamW(writer.parameters(), lr=0.02)"),
        trained(lines="    loss = nn.CrossEntropyLoss()(writer(inputs).transpose(1, 2), targets)\n"),
        trained(lines="    loss = F.cross_entropy(writer(inputs).reshape(-1, 16), targets.reshape(-1))\n"),
        trained(by="SGD(writer.parameters(), lr=0.3, momentum=0.9)"),
    ],
    "write": [
        f"{WRITE}    for _ in range(12 - len(text)):\n        if text[-1] == '.':\n            break\n"
        "        text += letters[net(encode(text).reshape(1, -1))[0, -1].argmax().item()]\n    return text",
        f"{WRITE}{WHILE}        best = net(encode(text)[None]).squeeze(0)[-1].max(dim=0).indices\n"
        "        text = text + decode(best[None])\n    return text",
        f"{WRITE}{WHILE}        chances = net(torch.stack([encode(text)])).softmax(dim=2)[0][-1]\n"
        "        text = ''.join([text, letters[int(torch.argmax(chances))]])\n    return text",
        f"{WRITE}    net.eval()\n    while '.' not in text and len(text) != 12:\n"
        "        text += letters[int(net(encode(text)[None])[:, -1].argmax())]\n    return text",
    ],
}  # fmt: skip

WRONG = {
    "tokens": [
        ('def decode(tokens):\n    return "".join(letters.index(token) for token in tokens)', "the place is known"),
        ("def decode(tokens):\n    return [letters[token] for token in tokens]", "a list of letters"),
        ('def decode(tokens):\n    return "".join(letters[token + 1] for token in tokens)', "leave out the + 1"),
        ('def decode(tokens):\n    return "".join(str(token) for token in tokens)', "writes the number itself"),
    ],
    "padding": [
        ("def mean_letter(rows, tokens):\n    return rows.mean(dim=1)", "Without the mask"),
        ("def mean_letter(rows, tokens):\n    mask = tokens != 0\n    return (rows * mask[:, :, None]).mean(dim=1)",
         "divides by all places"),
        ("def mean_letter(rows, tokens):\n    mask = tokens != 0\n    kept = rows * mask\n"
         "    return kept.sum(dim=1) / mask.sum(dim=1)[:, None]", "needs a dim behind"),
        ("def mean_letter(rows, tokens):\n    mask = tokens == 0\n    kept = rows * mask[:, :, None]\n"
         "    return kept.sum(dim=1) / mask.sum(dim=1)[:, None]", "drops the letters"),
    ],
    "carried": [
        (f"{READER}{FOR}{ROUND}", "second time"),
        (f"{READER}{FOR}{ROUND}    state.detach()", "thrown away"),
        (f"{READER}{FOR}{ROUND}    state = None", "begins without a memory"),
        (f"{READER}{FOR}{ROUND.replace('backward()', 'backward(retain_graph=True)')}", "keeps the graph"),
    ],
    "attention": [
        (f"{ATTENTION}    return (query @ key.mT / query.shape[2] ** 0.5).softmax(-1) @ value", "sees what comes"),
        (f"{ATTENTION}{ALLOWED}    scores = query @ key.mT / query.shape[2]\n"
         "    return scores.masked_fill(~allowed, -torch.inf).softmax(-1) @ value", "not by its root"),
        (f"{ATTENTION}{ALLOWED}    scores = query @ key.mT / query.shape[2] ** 0.5\n"
         "    return scores.masked_fill(allowed, -torch.inf).softmax(-1) @ value", "what was allowed"),
        (f"{ATTENTION}{ALLOWED}    scores = query @ key.mT / query.shape[2] ** 0.5\n"
         "    return scores.masked_fill(~allowed, -torch.inf) @ value", "are no weights"),
    ],
    "heads": [
        ("def split_heads(rows, heads):\n    batch, time, channels = rows.shape\n"
         "    return rows.reshape(batch, time, heads, channels // heads)", "The cut is right"),
        ("def split_heads(rows, heads):\n    batch, time, channels = rows.shape\n"
         "    return rows.transpose(1, 2).reshape(batch, heads, time, channels // heads)", "Transposed before the cut"),
        ("def split_heads(rows, heads):\n    return torch.stack(rows.chunk(heads, dim=2))", "before the batch"),
        ("def split_heads(rows, heads):\n    batch, time, channels = rows.shape\n"
         "    return rows.view(batch, heads, time, channels // heads)", "as reshape does"),
    ],
    "shifted": [
        ("inputs = batch[:-1]\ntargets = batch[1:]", "leaves out the last word"),
        ("inputs = batch[:, 1:]\ntargets = batch[:, :-1]", "changed places"),
        ("inputs = batch[:, :-1]\ntargets = batch[:, -1]", "the last place alone"),
        ("inputs = batch[:, :-1]\ntargets = batch[:, :-1]", "not the same one"),
    ],
    "train": [
        (trained(lines="    scores = writer(inputs)\n    loss = F.cross_entropy(scores, targets)\n"), "dim 1 for the"),
        (trained(lines="    scores = writer(inputs)\n    loss = F.cross_entropy(scores.flatten(0, 1), "
                 "inputs.flatten())\n"), "repeat the letter"),
        (trained(lines="    scores = writer(inputs).softmax(-1)\n    loss = F.cross_entropy(scores.flatten(0, 1), "
                 "targets.flatten())\n"), "part of cross entropy already"),
        (trained().replace("    optimizer.step()", ""), "Without step()"),
    ],
    "write": [
        (f"{WRITE}{WHILE}        text = text + letters[net(encode(text)[None])[0, 0].argmax()]\n    return text",
         "there already"),
        (f"{WRITE}{WHILE}        text = text + letters[net(encode(text))[-1].argmax()]\n    return text",
         "the batch of 1"),
        (f"{WRITE}{WHILE}        text = text + letters[net(encode(text)[None])[0, -1].max()]\n    return text",
         "the greatest score itself"),
        (f"{WRITE}    scores = net(encode(text)[None])\n    return text + letters[scores[0, -1].argmax()]", "one let"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("step", "source"), each(RIGHT))
def test_right_answers_of_other_kinds_pass(step: str, source: str) -> None:
    passed, told = tried("sequences", step, source)
    assert passed, told


@pytest.mark.parametrize(("step", "answer"), each(WRONG))
def test_wrong_answers_are_told_what_they_did(step: str, answer: tuple[str, str]) -> None:
    source, said = answer
    passed, told = tried("sequences", step, source)
    assert not passed
    assert said in told


def test_no_task_is_left_out() -> None:
    assert unanswered("sequences", RIGHT, 4) == unanswered("sequences", WRONG, 4) == set()


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_sixty_rounds_are_enough_and_it_writes_a_day(seed: int) -> None:
    player = player_of("sequences")
    player.begin_work("train")
    names = player.session.namespace
    names["torch"].manual_seed(seed)
    steps = {step.id: step for step in shipped("sequences").steps}
    exec(steps["train"].codes(Role.SOLUTION)[0].source, names)
    exec(steps["write"].codes(Role.SOLUTION)[0].source, names)
    assert 4 * math.log(2) / 63 < names["loss"].item() < 0.1  # two letters are right at four of the places
    assert names["write"](names["writer"], "m") == "monday."
