"""Traps of layers: made too often, or not often enough, and those that know of no mode."""
