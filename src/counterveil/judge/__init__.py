"""The judge: who is read by it, what it is shown, what it is asked, and how its answer is checked. Pure: no network."""
