"""Readers of usage logs: each format becomes events of DESIGN.md §4, and nothing is dropped silently."""
