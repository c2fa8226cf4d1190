"""What CAP 1.2 asks of a document, written down from the standard's text (OASIS, 2010, § 3.2): order, counts, words and patterns.

The standard's own XSD is no part of this repository. Where a file `cap/CAP-v1.2.xsd` lies in the test data, tests hold
documents to that too.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from lxml import etree

NAMESPACE: Final = "urn:oasis:names:tc:emergency:cap:1.2"
_TIME: Final = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d"
_NUMBER: Final = r"-?\d+(\.\d+)?"
_CODE: Final = r"[^\s,<&]+"


class _Rule(NamedTuple):
    """One element: its name, how often it may stand there, and what its text must be; None for one with elements of its own."""

    name: str
    least: int = 1
    most: int = 1
    text: str | None = r".+"


_MANY: Final = 10_000
_RULES: Final[dict[str, tuple[_Rule, ...]]] = {
    "alert": (
        _Rule("identifier", text=_CODE),
        _Rule("sender", text=_CODE),
        _Rule("sent", text=_TIME),
        _Rule("status", text="Actual|Exercise|System|Test|Draft"),
        _Rule("msgType", text="Alert|Update|Cancel|Ack|Error"),
        _Rule("source", 0),
        _Rule("scope", text="Public|Restricted|Private"),
        _Rule("restriction", 0),
        _Rule("addresses", 0),
        _Rule("code", 0, _MANY),
        _Rule("note", 0),
        _Rule("references", 0, text=rf"{_CODE},{_CODE},{_TIME}( {_CODE},{_CODE},{_TIME})*"),
        _Rule("incidents", 0),
        _Rule("info", 0, _MANY, None),
    ),
    "info": (
        _Rule("language", 0, text="[a-z]{2,3}(-[A-Z]{2})?"),
        _Rule("category", 1, _MANY, "Geo|Met|Safety|Security|Rescue|Fire|Health|Env|Transport|Infra|CBRNE|Other"),
        _Rule("event"),
        _Rule(
            "responseType", 0, _MANY, "Shelter|Evacuate|Prepare|Execute|Avoid|Monitor|Assess|AllClear|None"
        ),
        _Rule("urgency", text="Immediate|Expected|Future|Past|Unknown"),
        _Rule("severity", text="Extreme|Severe|Moderate|Minor|Unknown"),
        _Rule("certainty", text="Observed|Likely|Possible|Unlikely|Unknown"),
        _Rule("audience", 0),
        _Rule("effective", 0, text=_TIME),
        _Rule("onset", 0, text=_TIME),
        _Rule("expires", 0, text=_TIME),
        _Rule("senderName", 0),
        _Rule("headline", 0),
        _Rule("description", 0),
        _Rule("instruction", 0),
        _Rule("area", 0, _MANY, None),
    ),
    "area": (
        _Rule("areaDesc"),
        _Rule("polygon", 0, _MANY, rf"{_NUMBER},{_NUMBER}( {_NUMBER},{_NUMBER}){{3,}}"),
        _Rule("circle", 0, _MANY, rf"{_NUMBER},{_NUMBER} \d+(\.\d+)?"),
    ),
}  # fmt: skip


def cap_faults(element: etree._Element) -> list[str]:
    """Return each thing by which an element, with all in it, is not as the standard wants it."""
    name = _name(element)
    rules = _RULES[name]
    faults = [
        f"{name}: {_name(child)} is no part of it" for child in element if _name(child) not in {r.name for r in rules}
    ]
    order = [rule.name for rule in rules]
    found = [_name(child) for child in element]
    if [each for each in found if each in order] != sorted((each for each in found if each in order), key=order.index):
        faults.append(f"{name}: {found} are not in their order")
    for rule in rules:
        children = [child for child in element if _name(child) == rule.name]
        if not rule.least <= len(children) <= rule.most:
            faults.append(f"{name}: {len(children)} of {rule.name}")
        for child in children:
            if rule.text is None:
                faults += cap_faults(child)
            elif len(child) or not re.fullmatch(rule.text, child.text or "", re.DOTALL):
                faults.append(f"{name}.{rule.name}: {child.text!r}")
    if name == "alert":
        scope, kind = element.findtext(f"{{{NAMESPACE}}}scope"), element.findtext(f"{{{NAMESPACE}}}msgType")
        needed = {"Restricted": "restriction", "Private": "addresses"}.get(scope or "")
        if needed and needed not in found:
            faults.append(f"{scope} without {needed}")
        if (kind in ("Update", "Cancel")) is not ("references" in found):
            faults.append(f"{kind} and references do not go together")
    return faults


def _name(element: etree._Element) -> str:
    namespace, _, name = str(element.tag)[1:].partition("}")
    return name if namespace == NAMESPACE else f"{namespace}:{name}"
