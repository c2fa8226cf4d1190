"""Pager: a made national day of P2000 messages whose truth is known, and how well it is read."""
