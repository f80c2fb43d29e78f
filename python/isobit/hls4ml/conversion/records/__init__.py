"""From nodes to records: the function that each calls, its configuration, types and weights."""
