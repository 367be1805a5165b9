"""The editor at the prompt: its keys, its history, its colours, its toolbar."""
