"""What the learner's own forward did on the way to the line that failed."""
