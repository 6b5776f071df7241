"""Linking over the whole workspace: what subjects share, what is alike, chance, links, groups."""
