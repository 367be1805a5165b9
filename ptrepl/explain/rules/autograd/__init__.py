"""Errors about gradients, the graph and the backward pass."""
