"""Errors of Dataset, DataLoader and what stands around them."""
