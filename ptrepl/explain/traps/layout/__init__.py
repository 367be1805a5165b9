"""Traps of the layout of the elements: what a view mixes."""
