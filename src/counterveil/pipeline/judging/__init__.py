"""Judging over a workspace: who is read, from which texts, by which endpoint, within which budget."""
