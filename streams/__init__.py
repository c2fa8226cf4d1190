"""The event pipeline: reports and pictures in, alerts out, and everything that people run around it.

Data flows one way through its packages (`docs/architecture.md`): `intake` and `capture` put in, `stages` decide with the pure
functions of `domain`, `runtime` delivers, `clients` read. May import `schemas` and `detectors`; the order of the packages
is the import contract "Inside streams" of `pyproject.toml`.
"""
