"""The lesson that ``--new`` writes: four steps that pass ``--check``, to be rewritten from the first line on."""

from __future__ import annotations

import re

_TEXT = """\
---
id: {id}
title: {title}
version: 1
minutes: 5
needs: []
teaches: [torch.arange, torch.Tensor.sum]
seed: 0
---
# {title}

What is this lesson about, and what does one have to know before it? Say it here, in two or three sentences.

## Count with a tensor
<!-- step: counting demo -->
`torch.arange(4)` counts 0, 1, 2, 3:

```python demo
x = torch.arange(4, device=device)
```

Look at the line that appears: `shape=(4,)` says that there are four numbers in a row.

> `torch.arange(n)` counts from 0 up to n - 1.

## Guess before it runs
<!-- step: adding-up predict -->
`x.sum()` adds all numbers of `x` up. What comes out?

```python predict
x.sum()
```

0 + 1 + 2 + 3 gives 6.

> `sum()` makes one number out of many.

## Now you
<!-- step: even-numbers task -->
<!-- promises: even.dtype -->
Make a tensor `even` that holds the numbers 0, 2, 4 and 6, with dtype `int64`.

```python starter
even = ___
```

<details><summary>Hint</summary>

You have `x` already, and each of the four numbers is twice as large as one in it.

</details>
<details><summary>Solution</summary>

```python solution name="from x"
even = x * 2
```

```python solution name="written down"
even = torch.tensor([0, 2, 4, 6], device=device)
```

```python check
tensor("even", [0, 2, 4, 6], dtype=torch.int64)
```

~~~python wrong says="Each number of `x` has 2 added to it here. Multiply instead."
even = x + 2
~~~

~~~python wrong says="This counts the numbers of `x` up to 7 one by one; leave out every other one."
even = torch.arange(8, device=device)
~~~

</details>

> What is done to a tensor is done to each number in it.

## Mend it
<!-- step: one-to-four fix -->
This program wants to add up 1, 2, 3 and 4 and to keep the sum, 10, in `total`. It gives 6. Run it, look at the numbers,
and mend it.

```python starter
y = torch.arange(4, device=device)
total = y.sum()
```

<details><summary>Hint</summary>

Which number is missing? `torch.arange(4)` ends before it gets there.

</details>
<details><summary>Solution</summary>

```python solution name="count further"
y = torch.arange(5, device=device)
total = y.sum()
```

```python solution name="begin at 1"
y = torch.arange(4, device=device) + 1
total = y.sum()
```

```python check
scalar("total", 10)
```

~~~python wrong says="This is the program as it was: 0 + 1 + 2 + 3 gives 6, and the 4 is not among them."
y = torch.arange(4, device=device)
total = y.sum()
~~~

~~~python wrong says="This counts to 5, which is one too many: it gives 15."
y = torch.arange(6, device=device)
total = y.sum()
~~~

</details>

> `torch.arange(n)` holds n numbers, and n is not one of them.
"""  # not a sentence: a lesson in English, for its author to rewrite


def lesson_id(stem: str) -> str:
    """An id made of a file's name: ``My Lesson`` → ``my-lesson``."""
    words = re.findall(r"[a-z0-9]+", stem.casefold())
    while words and words[0][0].isdecimal():
        words.pop(0)
    return "-".join(words)[:60].strip("-") or "my-lesson"


def template(identifier: str) -> str:
    """The text of a new lesson."""
    return _TEXT.format(id=identifier, title=identifier.replace("-", " ").capitalize())
