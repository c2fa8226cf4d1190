"""Parsers against mutated real input; see `tests/support/mutation.py`."""
