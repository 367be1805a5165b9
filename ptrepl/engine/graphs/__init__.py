"""The autograd graph of a tensor, read as it lies in memory: no backward pass, no hook, no code of the learner's."""
