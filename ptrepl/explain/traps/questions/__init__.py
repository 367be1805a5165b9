"""What traps ask of a statement that ran: its rounds, its losses, its optimizers, where a name comes from."""
