"""Tests of `bench.console`."""
