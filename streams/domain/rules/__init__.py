"""Rules as a municipality writes them (`default.yaml`): the models of a rules file, and the contradictions that it refuses."""
