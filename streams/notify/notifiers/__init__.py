"""Notifiers: one class per way out, with a model of its options; `registry.py` names them, `base.py` is their port."""
