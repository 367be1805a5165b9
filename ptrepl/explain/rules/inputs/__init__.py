"""Rules for what a network was called with, where its forward is right and the call is not."""
