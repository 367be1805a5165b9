"""What mentions= and lacks= find in code."""

from __future__ import annotations

import pytest

from ptrepl.tutor.causes import fits_cause, held_words, unreadable_words

LOOP = """
for epoch in range(300):
    loss = (w * x).sum()
    loss.backward()
with torch.no_grad():
    w -= 0.1 * w.grad
def sgd(params, lr):
    for param in params:
        return param
"""


@pytest.mark.parametrize(
    "word",
    [
        "backward()",
        "loss.backward",
        "for/backward()",
        "no_grad/-=",
        "with/w.grad",
        "w:=",
        "epoch:=",
        "0.1",
        "sgd",
        "sgd/lr",
        "sgd/for/return",
        "def/for",
        "torch.no_grad()",
        "*",
    ],
)
def test_words_that_stand_there(word: str) -> None:
    assert word in held_words(LOOP)
    assert fits_cause(word, "", LOOP)
    assert not fits_cause("", word, LOOP)


@pytest.mark.parametrize("word", ["for/-=", "grad()", "zero_", "no_grad/backward()", "while", "x:=", "lr=", "1", "+"])
def test_words_that_do_not(word: str) -> None:
    assert word not in held_words(LOOP)


@pytest.mark.parametrize(
    ("source", "word"),
    [
        ("m = torch.full_like(x, fill_value=2.5)", "fill_value="),
        ("m = x[-50:50]", ":"),
        ("m = x[-50:50]", "-50"),
        ("m = x[not good]", "not"),
        ("m = x[~good | (x > 1)]", "~"),
        ("m = x.to('float32')", "'float32'"),
        ("rain[1] == -1", "=="),
        ("0 < x < 3 and y", "<"),
        ("m = [a for a in x]", "for"),
        ("y = X @ w + b", "X@w"),
        ("y = X @ w + b", "@w"),
        ("loss.item() < 1", "item()<1"),
        ("1 > loss", "loss<1"),
        ("-50 < x < 50", "<x<"),
        ("e * e", "^2"),
        ("rain[1:] = -1", "1:"),
        ("rain[1, :1] = -1", "[1;:1]"),
        ("rain[[0, 2]][:, 3] = 0", "[list]"),
        ("rain[a & b] = 0", "rain[]=/&"),
        ("rain[::10] /= 1000", "rain[]=/1000"),
        ("live = torch.tensor(x)", "live:=/tensor()"),
        ("price = torch.full(stock, 2)", "full()/stock"),
        ("prices.float()", "alone/float()"),
        ("sgd([w, b], 3)", "sgd(list;3)"),
        ("def f(price):\n    for w in x:\n        pass", "f/price:="),
        ("def f(price):\n    for w in x:\n        pass", "for/w:="),
    ],
)
def test_operators_numbers_and_arguments(source: str, word: str) -> None:
    assert word in held_words(source)
    assert not unreadable_words(word)


@pytest.mark.parametrize(
    ("source", "word"),
    [
        ("y = w @ X", "X@w"),
        ("rain[1] = -1", "1:"),
        ("rain[1, :] = -1", "1:"),
        ("loss > 1", "loss<1"),
        ("prices = x.float()", "alone/float()"),
        ("saved = torch.tensor(x)\nlive = x", "live:=/tensor()"),
        ("e * f", "^2"),
    ],
)
def test_what_stands_there_in_another_way_is_another_thing(source: str, word: str) -> None:
    assert word not in held_words(source)
    assert not unreadable_words(word)


def test_what_is_no_python_is_read_by_its_tokens() -> None:
    assert {"full_like", "2.5"} <= held_words("m = full_like(stock 2.5").keys()


def test_comments_and_strings_are_no_code() -> None:
    assert "full_like" not in held_words("m = 1  # full_like\n'full_like()'")


def test_alternatives_and_all() -> None:
    assert fits_cause("a,b c", "", "b = c")
    assert not fits_cause("a,b d", "", "b = c")
    assert not fits_cause("", "a,c", "b = c")


def test_a_word_that_no_code_holds_is_found() -> None:
    assert unreadable_words("full_like a$b for/backward() 1x") == ["a$b"]


@pytest.mark.parametrize(
    ("words", "stands"),
    [
        ("loss:=..backward()..-=", True),
        ("for/backward()..no_grad/-=", True),
        ("-=..backward()", False),
        ("backward()..zero_()..-=", False),
    ],
)
def test_words_in_their_order(words: str, stands: bool) -> None:
    assert not unreadable_words(words)
    assert fits_cause(words, "", LOOP) is stands
    assert fits_cause("for", words, LOOP) is not stands
