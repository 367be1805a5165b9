"""Brings back the state in which a step begins, and tries programs from there."""
