"""Stage `corroborate`: per camera, what observations say about reports, and the episodes that cameras begin."""
