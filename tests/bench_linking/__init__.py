"""Tests of the benchmark of account linking: its worlds and its measures."""
