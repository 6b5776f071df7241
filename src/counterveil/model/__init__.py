"""Frozen types, in one direction: event, signal, link, operation, case. No I/O."""
