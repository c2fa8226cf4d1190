"""Dispatch: how long it takes from a person's confirmation until the partner's server has the request.

`measure` runs `decide`, `share` and `notify` as they are deployed and confirms alerts by turns with the limit; `load` makes
reports and confirmations; `forward` is a hop of the limit.
"""
