"""Notify: partners' topics delivered by webhook, CAP, mail, chat and MQTT, and their answers brought back as receipts.

A target is one channel of one partner: a thread with its own place on the partner's topics, so that none holds up another.
`target.py` drives it; what is due, when again, and what is given up is decided in `delivery/`, of what came and the
clock.
`notifiers/` has one class per way out. It may import `streams.kafka`, `streams.domain.partners` and `streams.config`.
"""
