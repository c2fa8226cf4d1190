"""Logbook: the Logboek Dataverwerkingen: a line for each view, action, snapshot and dispatch, sent until it is confirmed.

`process.py` reads the topics, `receiver.py` sends by OTLP, `settings.py` has where to. What a line says is decided in
`streams/domain/logbook`. May import `config`, `kafka` and what stands below them. ADR 33.
"""
