"""Soak: whether what runs for hours grows: memory, threads, open files, backlog; judged by a robust slope and drawn as curves."""
