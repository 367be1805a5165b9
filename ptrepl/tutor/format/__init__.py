"""The text of a lesson → a ``Lesson``, or faults with their lines."""
