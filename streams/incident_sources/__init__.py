"""One file per partner format of reports."""
