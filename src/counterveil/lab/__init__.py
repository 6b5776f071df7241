"""A made-up AI service with planted operations, to measure how well the real ones would be found (DESIGN.md §3.9)."""
