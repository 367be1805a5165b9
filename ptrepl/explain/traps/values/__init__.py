"""Traps of the numbers themselves: nan, whole numbers that cut or wrap round, quotients."""
