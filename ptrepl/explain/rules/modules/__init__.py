"""Errors about modules, classes derived from them, and optimizers."""
