"""Figures measured side by side with IPython and plain Python: ``make bench``."""
