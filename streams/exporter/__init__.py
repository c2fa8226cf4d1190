"""Exporter: what a cluster says of itself and of how long it keeps our topics, as metrics, without reading a message.

`cluster` is asked, `measure` tells. It is judged by `streams/domain/compliance/retention.py`, as in the compliance report. It may
import all that `compliance` may, and `compliance` itself.
"""
