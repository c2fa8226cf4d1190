"""Tracking: boxes of successive pictures joined to tracks (ByteTrack), in the picture or on the ground."""
