"""Silent mistakes: what ran without an error and probably does something else than was meant."""
