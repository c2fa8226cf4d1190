"""Tests of frame sampling held against looking at every picture."""
