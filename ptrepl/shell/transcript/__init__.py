"""What was typed and what came of it: kept while it goes on, written to a file."""
