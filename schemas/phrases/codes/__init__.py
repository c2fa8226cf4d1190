"""Codes: what can be told as a phrase: a function per code, whose parameters are its values."""
