"""Local pipeline: a broker of one's own, the pipeline file, and the supervisor that keeps processes running."""
