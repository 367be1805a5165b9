"""The rows of a whole card."""

from __future__ import annotations

from ptrepl.shell.glossary.word import Word

CARD = (
    Word(
        ("elements", "numel", "values"),
        """
        elements is how many numbers a tensor holds: all the sizes of its shape, multiplied. The x-ray counts
        the values of all the parameters of a module in the same way. In code it is x.numel().
        """,
        """
        >>> x = torch.zeros(2, 3, 4)
        │ x  shape=(2, 3, 4)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True
        >>> x.numel()
        24
        """,
    ),
    Word(
        ("strides", "stride"),
        """
        The strides tell how far apart in memory two neighbours are, one stride for each dimension, counted in
        numbers. A table of 3 columns has the strides (3, 1): 3 steps to the next row, 1 to the next column. x.T
        exchanges the two strides, as it does the two sizes, and moves nothing in memory.
        """,
        """
        >>> x = torch.zeros(2, 3)
        │ x  shape=(2, 3)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True
        >>> x.stride(), x.T.stride()
        ((3, 1), (1, 3))
        """,
    ),
    Word(
        ("offset", "storage_offset"),
        """
        The offset is where in its storage a tensor begins, counted in numbers. It is 0 for a tensor that was
        made afresh. A slice that leaves out the beginning has an offset, because it looks at the memory of the
        whole.
        """,
        """
        >>> x = torch.arange(10)
        │ x  shape=(10,)  dtype=int64  device=cpu  grad_fn=None  is_leaf=True
        >>> part = x[4:]
        │ part  shape=(6,)  dtype=int64  device=cpu  grad_fn=None  is_leaf=True  · shares memory with x
        >>> part.storage_offset()
        4
        """,
    ),
    Word(
        ("storage", "untyped_storage"),
        """
        The storage is the block of memory in which the numbers of a tensor lie. Tensors that share memory have
        one storage, which stays as long as one of them does. So a small slice keeps the whole of a large tensor
        in memory; x[:2].clone() does not.
        """,
        """
        >>> x = torch.zeros(1000)
        │ x  shape=(1000,)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True
        >>> small = x[:2]
        │ small  shape=(2,)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True  · shares memory with x
        >>> small.untyped_storage().nbytes()
        4000
        """,
    ),
    Word(
        ("version", "_version"),
        """
        The version counts how often a tensor was written to in place; views of one tensor count together.
        backward() compares it with what it was when the graph was recorded, and refuses to use numbers that
        were overwritten since. Writing through .data or numpy is not counted, so it can give wrong gradients
        without an error.
        """,
        """
        >>> x = torch.zeros(2)
        │ x  shape=(2,)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True
        >>> x += 1
        │ x  shape=(2,)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True  · changed in place
        >>> x._version
        1
        """,
    ),
    Word(
        ("bytes", "nbytes"),
        """
        bytes is the memory that the numbers of a tensor take: their count, multiplied by the size of one. A
        float32 takes 4 bytes, a float64 or an int64 takes 8. A view takes no memory of its own, though its
        bytes are counted too.
        """,
        """
        >>> x = torch.zeros(1000)
        │ x  shape=(1000,)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True
        >>> x.nbytes
        4000
        """,
    ),
    Word(
        ("layout", "strided", "sparse"),
        """
        The layout is the way in which the numbers of a tensor are kept. strided is the usual one: all of them
        lie in one block of memory. A sparse layout keeps only the numbers that are not zero, and the place of
        each.
        """,
        """
        >>> x = torch.zeros(2)
        │ x  shape=(2,)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True
        >>> x.layout
        torch.strided
        """,
    ),
    Word(
        ("first values", "contents"),
        """
        The whole card of a tensor shows its first few values, and says whether its contents are compared after
        each statement. PyTorch counts most writes, and the numbers in small tensors on the CPU are compared as
        well. Where the card says not compared, a write that PyTorch does not count, through .data or numpy, is
        not seen.
        """,
        """
        >>> x = torch.zeros(2)
        │ x  shape=(2,)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True
        >>> x.data[0] = 5
        │ x  shape=(2,)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True  · changed in place
        """,
    ),
    Word(
        ("card", "full"),
        """
        The card is everything that ptrepl can tell of one tensor: its five facts, then strides, storage,
        version and more. %x with the name of a tensor shows it once. %xray full shows it after every statement,
        and %xray line goes back to the short lines.
        """,
        """
        >>> x = torch.ones(2)
        │ x  shape=(2,)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True
        """,
    ),
    Word(
        ("scalar",),
        """
        A scalar is a tensor with a single number and the shape (). A loss is one as a rule, because backward()
        has to start from a single number. x.item() gives the number to Python.
        """,
        """
        >>> loss = torch.tensor([1., 3.]).mean()
        │ loss  shape=()  dtype=float32  device=cpu  grad_fn=None  is_leaf=True
        >>> loss.item()
        2.0
        """,
    ),
    Word(
        ("broadcasting", "broadcast"),
        """
        Broadcasting lets tensors of different shapes work together: a dimension of size 1, or a missing one, is
        repeated. The shapes are compared from their last dimension backwards. Look at the shape of the result:
        (3, 1) and (3,) give (3, 3), which is seldom what was meant.
        """,
        """
        >>> a = torch.ones(3, 1)
        │ a  shape=(3, 1)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True
        >>> b = torch.ones(3)
        │ b  shape=(3,)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True
        >>> a + b
        tensor([[2., 2., 2.],
                [2., 2., 2.],
                [2., 2., 2.]])
        │ a + b  shape=(3, 3)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True
        """,
    ),
)
