"""What a statement ran, read on stand-ins: through the learner's functions, networks and loops."""
