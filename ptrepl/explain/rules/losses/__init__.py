"""Errors about loss functions."""
