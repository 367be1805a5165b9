"""Errors of torch.save, torch.load and state dicts."""
