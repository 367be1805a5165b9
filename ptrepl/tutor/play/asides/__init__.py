"""Words on an input that fit whatever the step asks for."""
