"""ONVIF Profile M over MQTT: what cameras' own analysis tells becomes observations of their zones.

A camera's event is no report of a partner: it is what a camera saw, so it enters as `observations` and may be acted on as any
other (`event.py` reads, `zones.py` knows which rule is which zone, `seconds.py` keeps what holds, `process.py` moves it). Only
what stands in a list is read; attributes of persons and vehicles are dropped and counted, wherever they stand.
"""
