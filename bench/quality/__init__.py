"""How many planted operations are found, and whom else that would hit."""
