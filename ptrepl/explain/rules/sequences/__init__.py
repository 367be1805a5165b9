"""Errors about recurrent layers, packed sequences, attention and masks."""
