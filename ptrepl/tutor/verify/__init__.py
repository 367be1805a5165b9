"""The author's checks of a lesson: everything written is tried, and the checks are tested by mutation."""
