"""Transactional state: what was ingested, what was computed, which leads exist."""
