"""Contract: what outside programs may rely on: JSON Schema, AsyncAPI with its page, and what a newer version may change."""
