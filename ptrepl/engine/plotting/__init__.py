"""Figures of matplotlib: the backend that is offered to the learner, and what is read of a figure."""
