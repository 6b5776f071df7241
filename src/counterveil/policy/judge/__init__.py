"""What the judge is told: one versioned file a family of behaviours, each with its golden set. See ``policies``."""
