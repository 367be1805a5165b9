"""Functions that pick elements along a dim: gather, scatter, index_select, topk, split."""
