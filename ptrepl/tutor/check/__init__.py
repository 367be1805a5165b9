"""Judges an answer by its values: the check vocabulary, comparing, grading."""
