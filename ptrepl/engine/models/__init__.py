"""What a module is made of, and what its layers make of an input."""
