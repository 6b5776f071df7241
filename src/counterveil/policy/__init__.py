"""Taxonomy, evidence weights and hub list: versioned data, checked when they are read."""
