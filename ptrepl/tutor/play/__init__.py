"""A lesson being played: (state, event) → (state, effects), and the thin shell that carries the effects out."""
