"""The words that a lesson's checks are written in."""
