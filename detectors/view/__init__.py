"""View of a camera: whether it is moved, covered, dark or blurred, and whether anything moves in it."""
