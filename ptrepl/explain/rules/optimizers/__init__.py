"""Rules about optimizers and schedulers."""
