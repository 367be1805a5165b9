"""What was done in each lesson, kept on disk, and when it is due for review."""
