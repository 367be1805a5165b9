"""Running a statement."""
