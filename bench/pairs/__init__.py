"""Labelled pairs: reports of partners of which it is known which are about one matter, and how well `hits` finds those.

`generating` makes them of a seed, `judging` plays them through the stage and compares, `commands` is `toezicht eval hits`.
"""
