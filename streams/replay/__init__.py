"""Replay: decide again what was recorded, by the same rules or by others, and explain one alert from the topics."""
