"""The terminal REPL that teaches PyTorch."""

__version__ = "0.1.0"
