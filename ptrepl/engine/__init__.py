"""Runs code and knows what it did. Knows no terminal and no lesson."""
