"""What a statement did to the tensors in reach: facts, changes, shared memory. Runs no code of the learner's."""
