"""Two looks at a namespace → what the statement between them did."""
