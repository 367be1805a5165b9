"""The words on an x-ray line."""

from __future__ import annotations

from ptrepl.shell.glossary.word import Word

FACTS = (
    Word(
        ("shape", "size", "dimension"),
        """
        The shape of a tensor is its size along each dimension: (2, 3) is a table of 2 rows and 3 columns. (3,)
        is a list of 3 numbers, and () is a single number. When an operation fails, compare the shapes of what
        went into it first.
        """,
        """
        >>> x = torch.zeros(2, 3)
        │ x  shape=(2, 3)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True
        >>> x.sum(dim=1)
        tensor([0., 0.])
        │ x.sum(dim=1)  shape=(2,)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True
        """,
    ),
    Word(
        ("dtype", "float32", "int64"),
        """
        The dtype is the kind of number that a tensor holds: float32 for 1.5 and int64 for 2, unless you ask for
        another. Whole numbers cannot have gradients, so a tensor that is to be trained is made with a point, as
        1.0, or with dtype=torch.float32. x.float() gives its numbers as float32.
        """,
        """
        >>> a = torch.tensor([1, 2])
        │ a  shape=(2,)  dtype=int64  device=cpu  grad_fn=None  is_leaf=True
        >>> b = a.float()
        │ b  shape=(2,)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True
        """,
    ),
    Word(
        ("device", "cpu", "cuda"),
        """
        The device is where the numbers of a tensor lie: cpu is the main memory of the computer, cuda and mps
        are its graphics card. As a rule, tensors that are computed with one another have to be on the same
        device. Write device=device when you make a tensor, or x.to(device) to have one there.
        """,
        """
        >>> x = torch.ones(2, device='cpu')
        │ x  shape=(2,)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True
        >>> y = x.to('cpu')
        │ y  shape=(2,)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True  · same object as x
        """,
    ),
    Word(
        ("meta",),
        """
        A tensor on the device meta has a shape and a dtype but no numbers. Operations on it work out the shape
        of the result and compute nothing, which takes hardly any time and no memory. It is a way to try the
        shapes of a model that is too large for the computer.
        """,
        """
        >>> big = torch.empty(100_000, 100_000, device='meta')
        │ big  shape=(100000, 100000)  dtype=float32  device=meta  grad_fn=None  is_leaf=True
        >>> big @ big.T
        tensor(..., device='meta', size=(100000, 100000))
        │ big @ big.T  shape=(100000, 100000)  dtype=float32  device=meta  grad_fn=None  is_leaf=True
        """,
    ),
    Word(
        ("grad_fn", "MulBackward0"),
        """
        grad_fn names the operation that made a tensor, as backward() will go through it: MulBackward0 after a
        multiplication. It is None for a tensor that you made yourself, and for a result where nothing is
        recorded. PyTorch records an operation only if a tensor that goes into it has requires_grad=True.
        """,
        """
        >>> w = torch.tensor([1., 2.], requires_grad=True)
        │ w  shape=(2,)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True  · requires_grad
        >>> y = w * 3
        │ y  shape=(2,)  dtype=float32  device=cpu  grad_fn=MulBackward0  is_leaf=False
        """,
    ),
    Word(
        ("is_leaf", "leaf", "leaves"),
        """
        A leaf is a tensor that no recorded operation made, above all one that you made yourself. backward()
        leaves gradients in the leaves that have requires_grad=True, and in no other tensor unless you ask for
        it. So a weight that you want to train has to be a leaf: after w = w * 2 it would be a result, and its
        .grad would stay None.
        """,
        """
        >>> w = torch.tensor([1., 2.], requires_grad=True)
        │ w  shape=(2,)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True  · requires_grad
        >>> v = w * 2
        │ v  shape=(2,)  dtype=float32  device=cpu  grad_fn=MulBackward0  is_leaf=False
        """,
    ),
    Word(
        ("requires_grad",),
        """
        requires_grad=True asks PyTorch to record what is done with a tensor, so that backward() can find its
        gradient. The results that it records require gradients too. The x-ray notes it where it begins: at the
        leaves.
        """,
        """
        >>> w = torch.ones(2, requires_grad=True)
        │ w  shape=(2,)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True  · requires_grad
        >>> y = w + 1
        │ y  shape=(2,)  dtype=float32  device=cpu  grad_fn=AddBackward0  is_leaf=False
        """,
    ),
    Word(
        ("n/a", "not available"),
        """
        n/a stands in the place of a fact that cannot be read from this tensor. Some kinds of tensor have no
        shape yet, or do not tell it. %x with the name of the tensor shows the reason that PyTorch gives.
        """,
        """
        >>> p = nn.UninitializedParameter()
        │ p  shape=n/a  dtype=float32  device=cpu  grad_fn=None  is_leaf=True  · requires_grad
        """,
    ),
    Word(
        ("tensor", "tensors"),
        """
        A tensor holds numbers of one kind in a table with any number of dimensions. Operations work on all of
        its numbers at once, on the device where they lie. PyTorch can record the operations and compute
        gradients from the record.
        """,
        """
        >>> x = torch.tensor([[1., 2.], [3., 4.]])
        │ x  shape=(2, 2)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True
        >>> x * 10
        tensor([[10., 20.],
                [30., 40.]])
        │ x * 10  shape=(2, 2)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True
        """,
    ),
)
