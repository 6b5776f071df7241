"""Tests of the lab: scenarios, measures, baselines."""
