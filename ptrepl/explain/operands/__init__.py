"""What the failing call was given: the tensors, the layer, the loss, each with the learner's expression for it."""
