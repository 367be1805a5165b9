"""``--check`` and ``--new`` for authors of lessons."""
