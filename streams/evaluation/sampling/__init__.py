"""SceneFrame sampling held against looking at every picture, `toezicht eval sampling`: ways of choosing, a video, runners."""
