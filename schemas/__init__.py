"""Messages: pydantic models, their codec and their generated schemas."""
