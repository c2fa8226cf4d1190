"""Drawing: masks, zones, lines and calibration points of one camera, drawn on a still and written into the registry.

What was drawn becomes parts of the camera (`shapes.py`), a local page lets it be drawn (`server.py` and the page's files), and
`saving.py` writes it. It imports the registry's editing and no Kafka.
"""
