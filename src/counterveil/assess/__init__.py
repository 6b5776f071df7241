"""From many weak signals to a belief that a person can take apart: signed ledgers, for and against."""
