"""Expressions evaluated on stand-ins: small tensors that take the place of the learner's, and nothing runs twice."""
