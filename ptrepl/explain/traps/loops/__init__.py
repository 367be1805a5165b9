"""Traps of training loops: what runs in the wrong order, too often or not at all."""
