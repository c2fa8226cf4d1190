"""Zone events: loitering, gathering, wrong direction, entry of a closed zone, running, an object left.

One file each; `registry` has them all.
"""
