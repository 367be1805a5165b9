"""Errors about dtypes."""
