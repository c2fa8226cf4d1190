"""CAP document: XML of strangers, read so that it can neither grow, nor read files, nor ask the network.

No document type is accepted, so that there are no entities to expand and none that name a file; libxml2's own bounds (depth 256,
no huge text) stay on, its network is off, and only the encodings are read that messages are written in. What is found is the
elements' text by local name, of the namespaces of CAP 1.1 and 1.2, which have the same fields.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, Final

from schemas.incidents import ReportNote
from streams.intake.lines import MAX_DOCUMENT_BYTES

if (
    find_spec("lxml") is not None
):  # it comes with the extra `partners`: `CapReports.from_options` says so where it is missing
    from lxml import etree

NAMESPACES: Final = frozenset(f"urn:oasis:names:tc:emergency:cap:1.{minor}" for minor in (1, 2))
MAX_DEPTH: Final = 32
"""Deepest element; CAP itself has four levels, a signature inside some ten."""
_ENCODINGS: Final = frozenset({"utf-8", "utf-16", "utf-16le", "utf-16be", "iso-8859-1", "us-ascii", "windows-1252"})
_DECLARED: Final = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s{0,9}=\s{0,9}["']([A-Za-z0-9._-]{1,40})["']""")
_ASIDE: Final = re.compile(rb"<!(?:DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION)", re.IGNORECASE)


class RefusedDocumentError(ValueError):
    """A document that is not read; the message is a reason of ours and has nothing of it."""


@dataclass(frozen=True, slots=True)
class Element:
    """An element of CAP: its own texts, by name, and the elements within it."""

    _node: Any

    def text(self, name: str) -> str:
        """Return the first child's text of this name without the blanks around it, or nothing."""
        return next(self.texts(name), "")

    def texts(self, name: str) -> Iterator[str]:
        """Yield the texts of the children of this name."""
        for child in self.children(name):
            yield " ".join((child._node.text or "").split())

    def children(self, name: str) -> Iterator[Element]:
        """Yield the children of this name, in their order."""
        for child in self._node:
            if isinstance(child.tag, str) and etree.QName(child).localname == name:
                yield Element(child)


def parse(content: bytes) -> tuple[Element, tuple[ReportNote, ...]]:
    """Return a message's root, and what had to be repaired.

    Args:
        content: One document.

    Raises:
        RefusedDocumentError: It is no CAP message, or one that is not safe to read.
    """
    if len(content) > MAX_DOCUMENT_BYTES:
        raise RefusedDocumentError(f"longer than {MAX_DOCUMENT_BYTES} bytes")
    if _ASIDE.search(content.replace(b"\x00", b"")):
        raise RefusedDocumentError("it has a document type, which may define entities")
    notes: tuple[ReportNote, ...] = ()
    try:
        root = _tree(content, _encoding(content))
    except UnicodeError:
        raise RefusedDocumentError("its encoding cannot be read") from None
    except etree.XMLSyntaxError as error:
        try:
            root, notes = _repaired(content), (ReportNote.TEXT_REPAIRED,)
        except etree.XMLSyntaxError:
            line, column = error.position
            raise RefusedDocumentError(f"no well-formed XML (line {line}, column {column})") from None
    name = etree.QName(root)
    if name.localname != "alert" or name.namespace not in NAMESPACES:
        raise RefusedDocumentError("its root is no alert of CAP 1.1 or 1.2")
    return Element(root), notes


def _tree(content: bytes, encoding: str | None) -> Any:
    parser = etree.XMLParser(
        encoding=encoding,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
    )
    root = etree.fromstring(content, parser)
    if root.getroottree().docinfo.internalDTD is not None:
        raise RefusedDocumentError("it has a document type, which may define entities")
    if _depth(root) > MAX_DEPTH:
        raise RefusedDocumentError(f"nested more than {MAX_DEPTH} deep")
    return root


def _repaired(content: bytes) -> Any:
    """Return the tree of a document whose bytes are not what its encoding says: those that are no UTF-8 are replaced.

    Raises:
        XMLSyntaxError: It is no XML then either.
    """
    return _tree(content.decode("utf-8", "replace").encode(), "utf-8")


def _encoding(content: bytes) -> str | None:
    """Return the encoding to read by, or None for what the document says of itself."""
    declared = _DECLARED.match(content.lstrip()[:300])
    if declared is None:
        return None
    said = declared[1].decode().lower()
    if said not in _ENCODINGS:
        raise RefusedDocumentError("its encoding is none that messages are written in")
    return (
        "utf-8" if said.startswith("utf-16") else None
    )  # its declaration is readable, so that it was converted on the way


def _depth(root: Any) -> int:
    """Return how deep the tree is, without recursion."""
    deepest, level = 0, 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        level += 1 if event == "start" else -1
        deepest = max(deepest, level)
    return deepest
