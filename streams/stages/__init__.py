"""Stages: one class each from an input to outputs, deterministic, without framework, pictures' bytes or clocks.

`base` is the port that the runtime drives; `timers` and `row_versions` are what stages share. Stages know nothing of each
other. May import `domain`, `config`, `detectors` (detect alone) and `schemas`.
"""
