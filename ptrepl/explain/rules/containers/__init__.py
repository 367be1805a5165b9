"""Lists, tuples, dicts and None where a tensor is wanted."""
