"""A judge model measured: golden sets, and a scenario with and without it."""
