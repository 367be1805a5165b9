"""Traps of losses: what they are given, and what reaches the parameters."""
