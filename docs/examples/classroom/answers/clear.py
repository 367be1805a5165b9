# x.grad holds [0, 4, 8, 12]; let it hold the gradient of (x * x).sum() and nothing else.
