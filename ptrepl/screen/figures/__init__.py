"""Facts that are seen better than read → lines of text that draw them."""
