"""Sparse tensors: where their numbers stand, and what is defined for them."""
