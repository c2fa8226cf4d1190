"""Licences of all that is locked, held against those that may stand beside ours: `python -m tests.support.licences`.

What a package says of itself is read from what is installed, the most exact first: SPDX's expression, the classifiers, then the
field, of which a short one is a name and a long one the licence's text.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict

from streams.config.yaml import read_yaml

ROOT: Final = Path(__file__).parents[2]
POLICY: Final = ROOT / "deploy" / "licences.yaml"
LOCKS: Final = ("all", "build", "uv")
PAGE: Final = ROOT / "console" / "web" / "package-lock.json"
_LOCKED: Final = re.compile(r"(?m)^([A-Za-z0-9._-]+)==")
_OPERATOR: Final = re.compile(r"\s+(?:(AND)|(OR))\s+|([()])")
_LONGEST_NAME: Final = 80
"""A field of more is the licence's text."""


class LicencePolicy(BaseModel):
    """Licence policy: which may stand beside ours, what older packages write, and what is excepted, by package or pattern."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    allowed: frozenset[str]
    written: Mapping[str, str]
    exceptions: Mapping[str, str]

    def allows(self, expression: str) -> bool:
        """Return whether an expression of SPDX's can be kept to: all of an AND, one of an OR."""
        depth, parts, operators, start = 0, [], set(), 0
        for found in _OPERATOR.finditer(expression):
            if bracket := found[3]:
                depth += 1 if bracket == "(" else -1
            elif depth == 0:
                parts.append(expression[start : found.start()])
                operators.add(found[1] or found[2])
                start = found.end()
        parts.append(expression[start:])
        if len(parts) == 1:
            inner = expression.strip()
            return self.allows(inner[1:-1]) if inner.startswith("(") else self.written.get(inner, inner) in self.allowed
        if operators == {"OR"}:
            return any(self.allows(part) for part in parts)
        return operators == {"AND"} and all(self.allows(part) for part in parts)

    def exception_of(self, package: str) -> str | None:
        """Return the name or pattern by which a package is excepted."""
        return next((name for name in self.exceptions if fnmatchcase(package, name)), None)


def locked(names: Iterable[str] = LOCKS) -> list[str]:
    """Return all packages that are locked for Python."""
    return sorted({name for lock in names for name in _LOCKED.findall((ROOT / "locks" / f"{lock}.txt").read_text())})


def of_page() -> dict[str, str]:
    """Return the licences of what is built into the page, by package."""
    packages = json.loads(PAGE.read_text())["packages"]
    return {
        name.removeprefix("node_modules/"): str(package.get("license", ""))
        for name, package in packages.items()
        if name and not package.get("dev")
    }


def said(package: str) -> str | None:
    """Return what a package says of its licence; nothing where it is not installed, being another system's."""
    try:
        told = metadata(package)
    except PackageNotFoundError:
        return None
    if expressions := told.get_all("License-Expression"):
        return str(expressions[0])
    classified = [each.split(" :: ")[-1] for each in told.get_all("Classifier") or () if each.startswith("License ::")]
    if classified:
        return " AND ".join(classified)
    field = str((told.get_all("License") or [""])[0]).strip()
    return field if len(field) <= _LONGEST_NAME else field[:_LONGEST_NAME]


def faults(policy: LicencePolicy, licences: Mapping[str, str | None]) -> list[str]:
    """Return what is wrong, a line each: a licence that may not be, and an exception for nothing."""
    needed, found = set(), []
    for package, licence in licences.items():
        exception = policy.exception_of(package)
        if licence is None:  # not installed here: what it says is not known, and neither is that it needs no exception
            needed.add(exception)
        elif not policy.allows(licence):
            needed.add(exception)
            if exception is None:
                says = licence or "nothing"
                found.append(
                    f"{package} says {says} of its licence: expected what {POLICY.name} allows, or an exception"
                )
    return found + [f"{name}: an exception that nothing needs" for name in sorted(set(policy.exceptions) - needed)]


def main() -> None:
    """Tell what is wrong; code 1 where anything is."""
    policy = read_yaml(POLICY, LicencePolicy)
    licences = {package: said(package) for package in locked()} | of_page()
    wrong = faults(policy, licences)
    for line in wrong:
        print(line, file=sys.stderr)
    if wrong:
        raise SystemExit(1)
    known = sum(licence is not None for licence in licences.values())
    print(f"{known} licences may stand beside ours, {len(policy.exceptions)} exceptions among them")


if __name__ == "__main__":
    main()
