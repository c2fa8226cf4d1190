"""Tools on the camera registry: checks with the line of a fault, and reports on calibrations."""
