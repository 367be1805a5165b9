"""The check vocabulary, and how what a learner has is compared with what a step wants."""
