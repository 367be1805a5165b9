"""Pictures as bytes: PNG, and the protocols by which terminals draw them."""
