"""What ``%watch`` follows, drawn while a statement runs."""
