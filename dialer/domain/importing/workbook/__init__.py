"""Reading lists out of workbooks: which sheet has people in it, and its cells as they are shown."""
