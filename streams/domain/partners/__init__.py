"""Partners: what each partner may know and gets told, on what ground and by which way: pure decisions over the partners file.

`routing.py` chooses the channels of a message: by category, place, local time and priority. It imports messages alone.
"""
