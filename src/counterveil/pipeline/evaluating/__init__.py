"""Labelled logs, diluted and changed: what an evaluation scans (``counterveil lab evaluate --pack``)."""
