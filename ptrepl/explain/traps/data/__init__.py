"""Traps of datasets and loaders."""
