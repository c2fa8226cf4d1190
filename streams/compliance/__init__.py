"""Compliance, read from what runs: the cluster's topics, the registry, the audit, and the files of this machine.

Above it is the command; the findings themselves are made in `streams/domain/compliance`. What cannot be read becomes a finding
that says so. It may import everything below: `clients`, the readers of `dead_letters` and `replay` among them.
"""
