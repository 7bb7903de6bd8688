"""Pages that anybody may open: what this is, signing in, joining, and the choice of language and colours."""
