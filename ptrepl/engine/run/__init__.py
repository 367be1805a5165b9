"""Runs the learner's code: text → statements → compiled code → what each one did."""
