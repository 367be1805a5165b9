"""The ``%`` commands, in the groups of ``%help``; ``shell/command_table.py`` lists them."""
