"""A lesson at the prompt; the list of lessons; the question whether a foreign one may run."""
