"""Stage `detect`: pictures to detections, in threads of its own; counts of crowds where a model for that is there."""
