"""The link stage alone: time, memory and growth over logs of 10^5 to 10^7 events."""
