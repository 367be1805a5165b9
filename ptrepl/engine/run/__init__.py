"""Runs code in a namespace."""
