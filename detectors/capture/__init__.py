"""Capture of one camera: its thread, its state, what it sees, and the encoded pictures and snapshots it gives."""
