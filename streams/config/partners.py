"""The file of partners: what each may see and on what ground, held against the rules that name them."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Final

from streams.config.yaml import parse_yaml, read_yaml
from streams.domain.partners.need_to_know import Partners
from streams.domain.rules.rules import Rules

DEFAULT_PARTNERS: Final = "default.yaml"
"""The built-in file, beside the model that reads it."""


def load_partners(path: Path | None = None, rules: Rules | None = None) -> Partners:
    """Return the partners of a file, or the built-in ones where no file is named.

    Args:
        path: The file.
        rules: The rules that name partners as recipients; the file is not held against any where None.

    Raises:
        FileError: All that is wrong, a line each with the file, the line, the field and what was expected.
    """
    context = {"rules": rules}
    if path is not None:
        return read_yaml(path, Partners, context=context)
    text = files("streams.domain.partners").joinpath(DEFAULT_PARTNERS).read_text(encoding="utf-8")
    return parse_yaml(text, f"streams/domain/partners/{DEFAULT_PARTNERS}", Partners, context=context)
