"""Projection: what the console knows of its rooms, made of the records of the topics and kept in memory."""
