"""Errors about shapes, dims and indices."""
