"""What learners read at length, as Markdown in one folder a language: the glossary, and the kinds of errors."""
