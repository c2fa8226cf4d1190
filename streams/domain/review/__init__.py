"""Review of the rules: precision by operators' verdicts, proposals, and the difference between two sets of alerts."""
