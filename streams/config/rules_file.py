"""The rules file: the configured one, or the one that comes with the product."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Final

from streams.config.yaml import parse_yaml, read_yaml
from streams.domain.rules.rules import Rules

DEFAULT_RULES: Final = "rules_default.yaml"

__all__ = ["DEFAULT_RULES", "Rules", "load_rules"]


def load_rules(path: Path | None = None) -> Rules:
    """Return the rules of a file, or the built-in ones where no file is named.

    Raises:
        FileError: One line with the file, the line, the field and what was expected.
    """
    if path is not None:
        return read_yaml(path, Rules)
    text = files("streams.domain").joinpath(DEFAULT_RULES).read_text(encoding="utf-8")
    return parse_yaml(text, DEFAULT_RULES, Rules)
