"""Errors about making tensors from Python and NumPy data."""
