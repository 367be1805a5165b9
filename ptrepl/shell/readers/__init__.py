"""Where input comes from: a prompt, a plain terminal, a pipe."""
