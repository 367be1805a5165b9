"""Shapes and values with more than one reading: what else may have been meant, said beside what fits."""
