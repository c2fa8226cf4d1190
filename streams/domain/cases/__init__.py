"""Cases: reports that are no alert of the operators, handed over to one partner at a time until one has them.

`handover` decides who has a case, `messages` what is told of it, `case` is what is kept. May import `partners` and `schemas`.
"""
