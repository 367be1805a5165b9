"""Keys in, commands carried out, lines handed to the printer."""
