"""What the command line and the configuration file ask for."""
