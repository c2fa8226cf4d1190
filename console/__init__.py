"""Console: the operators' page and its API, an outside program of the pipeline like any other client.

It reads topics, writes operators' actions, requests for snapshots and audit events, and decides nothing.
"""
