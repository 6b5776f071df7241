"""Throughput, memory and the share of each stage on a generated log."""
