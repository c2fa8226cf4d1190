"""Drill: an exercise through the whole flow, from a report to a partner's answer, with the time of each leg.

`plan` chooses the control room and the partner, `run` is the drill, `lines` its way into Kafka and back. What it may do at all is
decided in `streams/domain/drill.py`. May import what the canary may.
"""
