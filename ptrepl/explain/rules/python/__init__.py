"""Errors of Python's own: names, attributes, calls, syntax."""
