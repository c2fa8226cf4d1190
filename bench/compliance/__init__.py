"""Compliance on a made-up month: how long the report and the dossier take, beside reading the same topics without a look."""
