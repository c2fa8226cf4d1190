"""Places: cameras, zones, crowds over time, and a shift as a whole: where they are and how they are now."""
