"""Figures of matplotlib at the prompt: how this terminal draws, and drawing."""
