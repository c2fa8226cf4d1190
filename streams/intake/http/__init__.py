"""Reports by HTTP: partners post a report, systems post what changed, and each is answered when the broker has it.

A request is refused before it is read where it may not come (`guard.py`), checked by its signature and its replay window
(`signature.py`, `replays.py`) against a file that may change while it runs (`credentials.py`), held to its sender's rate
(`rates.py`) and its fields (`document.py`), and goes the way of every other report (`desk.py`, `streams/intake/intake.py`).
"""
