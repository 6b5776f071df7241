"""What the learned parts are worth on authors, languages and sources that they never saw."""
