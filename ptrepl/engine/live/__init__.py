"""A statement while it runs: what named numbers are like, and how far its loops are, seen from another thread."""
