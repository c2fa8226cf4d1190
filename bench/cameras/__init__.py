"""`bench cameras`: how many cameras that show a given scene one machine carries, from picture to alert."""
