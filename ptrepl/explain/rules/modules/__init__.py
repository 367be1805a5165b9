"""Errors about modules and classes derived from them."""
