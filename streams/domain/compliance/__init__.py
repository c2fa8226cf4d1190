"""Compliance: what a running system is held against: the cameras' decisions, the time limits of data, and who saw what.

Pure: findings made of what was read elsewhere. What could not be read is a finding of its own, and never one that is fine.
"""
