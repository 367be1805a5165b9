"""The lesson that ``--new`` writes: three steps that pass ``--check``, to be rewritten from the first line on."""

from __future__ import annotations

import re

__all__ = ["lesson_id", "template"]

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
Make a tensor `even` that holds the numbers 0, 2, 4 and 6.

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
tensor("even", [0, 2, 4, 6])
```

~~~python wrong says="Each number of `x` has 2 added to it here. Multiply instead."
even = x + 2
~~~

~~~python wrong says="This counts the numbers of `x` up to 7 one by one; leave out every other one."
even = torch.arange(8, device=device)
~~~

</details>

> What is done to a tensor is done to each number in it.
"""


def lesson_id(stem: str) -> str:
    """An id made of a file's name: ``My Lesson`` → ``my-lesson``."""
    words = re.findall(r"[a-z0-9]+", stem.casefold())
    while words and words[0][0].isdecimal():
        words.pop(0)
    return "-".join(words)[:60].strip("-") or "my-lesson"


def template(identifier: str) -> str:
    """The text of a new lesson."""
    return _TEXT.format(id=identifier, title=identifier.replace("-", " ").capitalize())
