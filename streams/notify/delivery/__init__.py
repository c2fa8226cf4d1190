"""Delivery: what waits for a target, what is due, when again, and what becomes of it: no clock is read here, nothing is sent.

It may import messages, the domain and the notice.
"""
