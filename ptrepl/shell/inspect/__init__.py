"""What an object is, read as it lies in memory: none of its code runs."""
