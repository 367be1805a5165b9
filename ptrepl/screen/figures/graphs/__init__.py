"""The autograd graph as a tree, in words, as a picture; the backward pass step by step."""
