"""Polling: systems that are asked what changed, since they tell nobody: `PolledSource` is what one is, `poller.py` asks it.

A system is one file here with one class, and one line in `systems.py`; its documents are read by the source of the same name in
`streams/intake/sources/`. It asks from where everything before is on Kafka, so that a stop, a crash or a server that is away
loses nothing; what it reads again is known by intake.
"""
