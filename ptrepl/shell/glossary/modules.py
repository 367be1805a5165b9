"""What the x-ray says of models, optimizers and data, and of the prompt itself."""

from __future__ import annotations

from ptrepl.shell.glossary.word import Word

MODULES = (
    Word(
        ("module",),
        """
        A module is a building block of a model: it holds parameters and computes an output from an input.
        Modules hold other modules, and a whole model is one as well. The x-ray counts its parameters, and the
        values in them all.
        """,
        """
        >>> net = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
        │ net  Sequential  4 parameters  13 values
        """,
    ),
    Word(
        ("parameter", "parameters"),
        """
        A parameter is a tensor that belongs to a module and is to be trained: a leaf that requires gradients.
        net.parameters() gives them all, and that is what an optimizer is made with. Any nn.Parameter that you
        assign to an attribute of a module becomes one of its parameters.
        """,
        """
        >>> net = nn.Linear(2, 1)
        │ net  Linear  2 parameters  3 values
        >>> [p.shape for p in net.parameters()]
        [torch.Size([1, 2]), torch.Size([1])]
        """,
    ),
    Word(
        ("buffer", "buffers"),
        """
        A buffer is a tensor that belongs to a module but is not trained, such as the running averages of
        BatchNorm. It is saved with the model and moves with it to another device, as parameters do. No
        optimizer changes it: the module does so itself, BatchNorm whenever it is called in training.
        """,
        """
        >>> bn = nn.BatchNorm1d(2)
        │ bn  BatchNorm1d  2 parameters  4 values  3 buffers
        >>> bn(torch.ones(3, 2));
        │ bn  3 of 3 buffers changed in place: running_mean, running_var, num_batches_tracked
        """,
    ),
    Word(
        ("optimizer", "lr", "SGD", "Adam"),
        """
        An optimizer changes parameters: each step() moves them a little, guided by their gradients. lr, the
        learning rate, says how far. What it changes is reported under the module that the parameters belong to.
        """,
        """
        >>> net = nn.Linear(2, 1)
        │ net  Linear  2 parameters  3 values
        >>> opt = torch.optim.SGD(net.parameters(), lr=0.1)
        │ opt  SGD  2 parameters  lr=0.1
        >>> net(torch.ones(1, 2)).sum().backward()
        │ net  2 of 2 gradients new: weight, bias
        >>> opt.step()
        │ net  2 of 2 parameters changed in place: weight, bias
        """,
    ),
    Word(
        ("state tensor", "state tensors", "state"),
        """
        A state tensor is what an optimizer remembers from one step to the next, such as the averages of Adam.
        It is made in the first step(). optimizer.state_dict() holds it, so that training can go on later where
        it stopped.
        """,
        """
        >>> net = nn.Linear(2, 1)
        │ net  Linear  2 parameters  3 values
        >>> opt = torch.optim.Adam(net.parameters())
        │ opt  Adam  2 parameters  lr=0.001
        >>> net(torch.ones(1, 2)).sum().backward()
        │ net  2 of 2 gradients new: weight, bias
        >>> opt.step()
        │ net  2 of 2 parameters changed in place: weight, bias
        │ opt  6 of 6 state tensors new: 0.step, 0.exp_avg, 0.exp_avg_sq, 1.step, …
        """,
    ),
    Word(
        ("DataLoader", "loader", "batch_size", "samples", "dataset"),
        """
        A DataLoader takes samples from a dataset and gives them out in batches, shuffled if you ask for it.
        batch_size is how many samples make one batch. Nothing is loaded before a for loop asks for a batch.
        """,
        """
        >>> from torch.utils.data import DataLoader, TensorDataset
        >>> loader = DataLoader(TensorDataset(torch.ones(10, 3)), batch_size=4)
        │ loader  DataLoader  dataset=TensorDataset  samples=10  batch_size=4
        """,
    ),
    Word(
        ("not initialized yet", "lazy", "UninitializedParameter"),
        """
        A lazy module does not know the shape of its parameters before it has seen an input. Until then the
        x-ray says not initialized yet, and their shape is n/a. The first call gives them their shape.
        """,
        """
        >>> net = nn.LazyLinear(3)
        │ net  LazyLinear  2 parameters  0 values  2 not initialized yet
        >>> net(torch.ones(1, 2));
        │ net  Linear  2 parameters  9 values
        """,
    ),
    Word(
        ("_", "underscore"),
        """
        _ is the value of the last expression, as in Python's own prompt. The x-ray uses it as the label of a
        result whose source is too long to stand there. It keeps its tensor in memory until the next expression
        has a value.
        """,
        """
        >>> torch.ones(2) + 1
        tensor([2., 2.])
        │ torch.ones(2) + 1  shape=(2,)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True
        >>> _ * 10
        tensor([20., 20.])
        │ _ * 10  shape=(2,)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True
        """,
    ),
    Word(
        (";", "semicolon"),
        """
        A semicolon at the end of an expression hides its value and its line. What the statement changed is
        shown all the same. _ is bound to the value as always.
        """,
        """
        >>> x = torch.zeros(2)
        │ x  shape=(2,)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True
        >>> x.add_(1);
        │ x  shape=(2,)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True  · changed in place
        """,
    ),
)
