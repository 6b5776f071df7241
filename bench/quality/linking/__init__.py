"""How well accounts are linked into operations: worlds with planted truth, and measures of what was found in them."""
