"""`toezicht compliance`, `delete`, `hold`, `dossier`, `register`: what shows that the law is kept, and what keeps it."""
