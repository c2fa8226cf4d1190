"""Alerts of a room as the console keeps them: each as a row, all of them as a list, one of them whole, its past."""
