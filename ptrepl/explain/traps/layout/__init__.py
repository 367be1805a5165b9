"""Traps of the layout of the elements: what a view mixes, and which dim is read as another."""
