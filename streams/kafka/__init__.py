"""Kafka outside the stages, with kafka-python: records, readers, confirmed producers, request-reply, administration.

Knows topics and settings, and nothing of what messages are for. May import `settings`, `topics`, `metrics`, `errors`, `clock`.
"""
