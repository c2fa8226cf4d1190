"""Decisions: pure functions of state, input and now, with the reason beside the result. No Kafka, pictures, metrics or files.

May import `schemas` only; the order of its packages is the contract "Inside the domain".
"""
