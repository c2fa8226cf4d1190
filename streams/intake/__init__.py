"""Intake: lines of partners' feeds to reports on the topic `incidents`, each once, with what cannot be read set aside."""
