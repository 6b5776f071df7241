"""Measurements of Counterveil that are run by command, not by CI. See README.md."""
