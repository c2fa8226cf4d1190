"""Normal profile: what is usual in a camera's view, and in each of its zones, at this hour of this kind of day: counts alone."""
