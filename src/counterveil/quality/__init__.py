"""How good the machine's view is: topics of use, where concern and detectors disagree, drift, and the data's health. Pure."""
