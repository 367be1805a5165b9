"""The terminal REPL that teaches PyTorch."""

__all__ = ["__version__"]
__version__ = "0.1.0"
