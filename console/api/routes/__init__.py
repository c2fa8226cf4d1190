"""Routes: one file per noun of the address; each asks its part and adds nothing."""
