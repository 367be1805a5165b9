"""``--doctor``: what is installed, which devices there are, and what is wrong."""
