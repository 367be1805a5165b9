"""Errors inside functions that torch runs in its own way, such as vmap."""
