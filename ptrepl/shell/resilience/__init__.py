"""What keeps the prompt alive, whatever the learner's code does to the process that both live in."""
