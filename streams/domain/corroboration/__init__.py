"""Corroboration: which cameras cover a report's place, what each showed then, and the verdict on the report."""
