"""The command line: noun and verb, data on standard output, progress on standard error (DESIGN.md §7)."""
