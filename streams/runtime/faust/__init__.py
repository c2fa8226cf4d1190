"""Faust as we use it: the only place that imports faust, mode or aiokafka.

The smallest subclasses that make its restarts lose nothing; what they rely on inside it is pinned by
`tests/contract/test_framework.py`.
"""
