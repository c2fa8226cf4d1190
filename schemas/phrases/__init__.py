"""Phrases: what is told to people as codes with values, and the catalogues that make sentences of them."""
