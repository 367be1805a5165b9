"""What ran without an error and was probably not meant."""
