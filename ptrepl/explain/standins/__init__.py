"""Expressions evaluated on stand-ins: small tensors in the place of the learner's, which nothing runs on twice."""
