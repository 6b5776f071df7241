"""From an AI service's own usage logs to operations, with evidence a person can check."""

__version__ = "0.1.0"
