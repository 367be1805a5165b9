"""Lessons: read, checked and stepped through. Knows the engine, not the terminal."""
