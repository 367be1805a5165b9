"""Gradients and the graph that they are computed from."""

from __future__ import annotations

from ptrepl.shell.glossary.word import Word

GRADIENTS = (
    Word(
        ("grad", ".grad", "gradient", "gradients"),
        """
        The gradient of a tensor tells, for each of its numbers, how fast the result changes when that number
        grows. backward() puts it into .grad of the leaves that have requires_grad=True; before that, .grad is
        None. A gradient has the shape of its tensor.
        """,
        """
        >>> w = torch.tensor([1., 2.], requires_grad=True)
        │ w  shape=(2,)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True  · requires_grad
        >>> (w * w).sum().backward()
        │ w.grad  shape=(2,)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True  · new
        >>> w.grad
        tensor([2., 4.])
        │ w.grad  shape=(2,)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True
        """,
    ),
    Word(
        ("graph", "autograd"),
        """
        The graph is PyTorch's record of how a result was computed: its steps are the grad_fn of each tensor,
        its ends are the leaves. backward() goes through it from the result to the leaves and computes the
        gradients; this is called autograd. What it holds is freed after that, so a second backward() through it
        fails as a rule, unless the first was told retain_graph=True.
        """,
        """
        >>> w = torch.tensor([2.], requires_grad=True)
        │ w  shape=(1,)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True  · requires_grad
        >>> y = w * w
        │ y  shape=(1,)  dtype=float32  device=cpu  grad_fn=MulBackward0  is_leaf=False
        >>> y.grad_fn.name()
        'MulBackward0'
        """,
    ),
    Word(
        ("backward", "backward()"),
        """
        loss.backward() computes the gradient of loss with respect to every leaf that it was computed from and
        that requires one. It adds the gradients to .grad and returns nothing. The loss has to be a single
        number, which sum() or mean() can make.
        """,
        """
        >>> w = torch.tensor([1., 2.], requires_grad=True)
        │ w  shape=(2,)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True  · requires_grad
        >>> loss = (w * 3).sum()
        │ loss  shape=()  dtype=float32  device=cpu  grad_fn=SumBackward0  is_leaf=False
        >>> loss.backward()
        │ w.grad  shape=(2,)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True  · new
        """,
    ),
    Word(
        ("retain_grad", "retains_grad"),
        """
        backward() keeps gradients for leaves only, to save memory. y.retain_grad() asks it to keep the gradient
        of a result y as well. Call it before backward().
        """,
        """
        >>> w = torch.tensor([2.], requires_grad=True)
        │ w  shape=(1,)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True  · requires_grad
        >>> y = w * w
        │ y  shape=(1,)  dtype=float32  device=cpu  grad_fn=MulBackward0  is_leaf=False
        >>> y.retain_grad()
        >>> (y * 3).sum().backward()
        │ w.grad  shape=(1,)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True  · new
        │ y.grad  shape=(1,)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True  · new
        """,
    ),
    Word(
        ("detach",),
        """
        x.detach() gives a tensor with the same numbers that is cut off from the graph. It has no grad_fn and
        does not require gradients, so what is computed from it alone is not recorded. It shares its memory with
        x; x.detach().clone() gives numbers of its own.
        """,
        """
        >>> w = torch.ones(2, requires_grad=True)
        │ w  shape=(2,)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True  · requires_grad
        >>> y = w.detach()
        │ y  shape=(2,)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True  · shares memory with w
        """,
    ),
    Word(
        ("no_grad",),
        """
        Inside with torch.no_grad(): PyTorch records nothing, so results have no grad_fn. Use it to change
        weights by hand, or to try out a model, which then takes less memory. With @torch.no_grad() above its
        def, a whole function works that way.
        """,
        """
        >>> w = torch.ones(2, requires_grad=True)
        │ w  shape=(2,)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True  · requires_grad
        >>> with torch.no_grad():
        ...     y = w * 2
        ...
        │ y  shape=(2,)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True
        """,
    ),
)
