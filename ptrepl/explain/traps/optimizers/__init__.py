"""Traps of optimizers: which parameters they have."""
