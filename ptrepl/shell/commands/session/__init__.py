"""Commands about the session: its names, its history, its settings."""
