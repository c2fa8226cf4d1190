"""Printable: text that others wrote, as it may be printed: nothing in it moves a cursor or turns what is read around."""

from __future__ import annotations


def printable(text: str) -> str:
    """Return a text in which control characters, line breaks and marks of direction are written out as escapes."""
    return text if text.isprintable() else "".join(c if c.isprintable() else _written(c) for c in text)


def _written(character: str) -> str:
    return character.encode("unicode_escape").decode()
