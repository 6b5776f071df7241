"""Open tools and naive methods that link accounts, each run as shipped in a process of its own."""
