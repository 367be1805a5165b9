"""Traps of whole networks: what is registered in them, and what a target network gets of another."""
