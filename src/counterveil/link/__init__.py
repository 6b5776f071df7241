"""From things that subjects share to weighed links and groups, with the arithmetic shown."""
