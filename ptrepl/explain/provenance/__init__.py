"""Where a value came from: the statement that assigned it, its graph, and what cut it off from the graph."""
