"""The notes of the x-ray: what a statement did."""

from __future__ import annotations

from ptrepl.shell.glossary.word import Word

CHANGES = (
    Word(
        ("new",),
        """
        new says that what stands in this place now was not there before the statement. You see it most often at
        a gradient, after the first backward(). A gradient that was there already is not new: backward() adds to
        it.
        """,
        """
        >>> w = torch.tensor([3.], requires_grad=True)
        │ w  shape=(1,)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True  · requires_grad
        >>> y = (w * w).sum()
        │ y  shape=()  dtype=float32  device=cpu  grad_fn=SumBackward0  is_leaf=False
        >>> y.backward()
        │ w.grad  shape=(1,)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True  · new
        """,
    ),
    Word(
        ("changed in place", "in place", "inplace"),
        """
        changed in place says that the statement wrote into a tensor that was there before. Every name for that
        tensor, and every tensor that shares its memory, sees the new numbers. Most methods that end in an
        underscore do this, and so do x += 1 and x[0] = 1; x = x + 1 makes another tensor.
        """,
        """
        >>> x = torch.zeros(2)
        │ x  shape=(2,)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True
        >>> x += 1
        │ x  shape=(2,)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True  · changed in place
        >>> x = x + 1
        │ x  shape=(2,)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True
        """,
    ),
    Word(
        ("accumulated", "accumulate"),
        """
        accumulated says that backward() added to a gradient that was there, instead of replacing it. In a
        training loop this is most often a forgotten zero_grad(): the step then follows the sum of old and new
        gradients. Set w.grad = None, or call optimizer.zero_grad(), before each backward().
        """,
        """
        >>> w = torch.tensor([3.], requires_grad=True)
        │ w  shape=(1,)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True  · requires_grad
        >>> (w * w).sum().backward()
        │ w.grad  shape=(1,)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True  · new
        >>> (w * w).sum().backward()
        │ w.grad  shape=(1,)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True  · accumulated
        >>> w.grad
        tensor([12.])
        │ w.grad  shape=(1,)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True
        """,
    ),
    Word(
        ("cleared", "zero_grad"),
        """
        cleared says that gradients which were there are None now. optimizer.zero_grad() and net.zero_grad() do
        this, so that the next backward() starts afresh. Until then there is nothing that optimizer.step() could
        use, and it leaves the parameters alone.
        """,
        """
        >>> net = nn.Linear(2, 1)
        │ net  Linear  2 parameters  3 values
        >>> net(torch.ones(1, 2)).sum().backward()
        │ net  2 of 2 gradients new: weight, bias
        >>> net.zero_grad()
        │ net  2 of 2 gradients cleared: weight, bias
        """,
    ),
    Word(
        ("shares memory", "shares memory with", "view"),
        """
        Two tensors share memory if they look at the same numbers: writing into one changes the other. Slices,
        .T and, where it can, reshape() give such a tensor, called a view, and copy nothing. x.clone() makes a
        copy that is independent.
        """,
        """
        >>> x = torch.arange(4)
        │ x  shape=(4,)  dtype=int64  device=cpu  grad_fn=None  is_leaf=True
        >>> a = x[:2]
        │ a  shape=(2,)  dtype=int64  device=cpu  grad_fn=None  is_leaf=True  · shares memory with x
        >>> a += 10
        │ x  shape=(4,)  dtype=int64  device=cpu  grad_fn=None  is_leaf=True  · changed in place · shares memory with a
        │ a  shape=(2,)  dtype=int64  device=cpu  grad_fn=None  is_leaf=True  · changed in place · shares memory with x
        >>> x
        tensor([10, 11,  2,  3])
        │ x  shape=(4,)  dtype=int64  device=cpu  grad_fn=None  is_leaf=True  · shares memory with a
        """,
    ),
    Word(
        ("same object", "same object as"),
        """
        Two names for the same object are one tensor, with one set of numbers and one gradient. A plain = never
        copies, and neither does x.to(...) or x.float() where nothing has to change. x.clone() makes a tensor of
        its own.
        """,
        """
        >>> x = torch.ones(2)
        │ x  shape=(2,)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True
        >>> y = x.float()
        │ y  shape=(2,)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True  · same object as x
        """,
    ),
    Word(
        ("not contiguous", "contiguous"),
        """
        A tensor is contiguous if its numbers lie in memory in the order in which you read them, row after row.
        The x.T below is not: it reads the same numbers in another order, and view() may refuse it.
        x.contiguous() gives a copy in the right order, and reshape() makes that copy where it has to.
        """,
        """
        >>> x = torch.arange(6).reshape(2, 3)
        │ x  shape=(2, 3)  dtype=int64  device=cpu  grad_fn=None  is_leaf=True
        >>> t = x.T
        │ t  shape=(3, 2)  dtype=int64  device=cpu  grad_fn=None  is_leaf=True  · shares memory with x · not contiguous
        """,
    ),
    Word(
        ("has nan", "nan"),
        """
        nan means not a number: it is what arithmetic gives where there is no answer, such as 0/0 or the
        logarithm of -1. It spreads into nearly everything that is computed from it, so look for the first line
        that has it. The x-ray looks for it in small tensors on the CPU only.
        """,
        """
        >>> x = torch.tensor([1., -1.])
        │ x  shape=(2,)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True
        >>> y = x.log()
        │ y  shape=(2,)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True  · has nan
        """,
    ),
    Word(
        ("has inf", "inf"),
        """
        inf stands for a number too large for its dtype, or for 1/0. It turns into nan in the next step of many
        computations, inf - inf for one. The x-ray looks for it in small tensors on the CPU only.
        """,
        """
        >>> x = torch.tensor([0., 100.])
        │ x  shape=(2,)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True
        >>> y = x.exp()
        │ y  shape=(2,)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True  · has inf
        """,
    ),
    Word(
        ("was", "were"),
        """
        A note such as dtype was int64 tells what a fact was before the statement. It stands where a name now
        has another tensor than before, or where the tensor itself became different. Look at it closely where
        you expected nothing to change.
        """,
        """
        >>> x = torch.tensor([1, 2])
        │ x  shape=(2,)  dtype=int64  device=cpu  grad_fn=None  is_leaf=True
        >>> x = x / 2
        │ x  shape=(2,)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True  · dtype was int64
        """,
    ),
    Word(
        ("changed",),
        """
        A line such as 2 of 2 parameters changed sums up what happened to the tensors of one object. It names a
        few of them as the object does: 0.weight is the weight of its first part, which you can write as
        net[0].weight. %x with the name of the object shows them all.
        """,
        """
        >>> net = nn.Sequential(nn.Linear(2, 1))
        │ net  Sequential  2 parameters  3 values
        >>> net.double();
        │ net  2 of 2 parameters changed in place: 0.weight, 0.bias  · dtype was float32
        """,
    ),
    Word(
        ("gutter", "│", "x-ray"),
        """
        The lines behind │ are the x-ray: they tell what a statement did to your tensors. They are no output of
        your program: the same code run by Python prints none of them. %xray off hides them, %xray full shows
        more, and a paste leaves them out.
        """,
        """
        >>> x = torch.ones(2)
        │ x  shape=(2,)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True
        """,
    ),
)
