"""How the call that is being typed is called."""
