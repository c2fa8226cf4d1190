"""CAP document: what is hostile is refused with a reason and within bounds, what is merely sloppy is read."""

from __future__ import annotations

import tracemalloc
from itertools import pairwise
from pathlib import Path

import pytest

from schemas.incidents import ReportNote
from streams.intake.lines import MAX_DOCUMENT_BYTES
from streams.intake.sources.cap.document import MAX_DEPTH, RefusedDocumentError, parse
from tests.support.incoming import CAP

HEAD, BODY = CAP.split("?>\n", 1)


def with_type(declared: str, used: str = "&a;") -> str:
    """Return an alert that declares a document type and uses an entity of it."""
    return CAP.replace("<alert", f"<!DOCTYPE alert {declared}><alert").replace("vr-2026-4711", used)


LEVEL = "<!ENTITY {b} '{ten}'>"
BOMBS = {
    "billion-laughs": with_type(
        f"[<!ENTITY z 'ha'>{''.join(LEVEL.format(b=b, ten=f'&{a};' * 10) for a, b in pairwise('zabcdefghi'))}]",
        "&i;",
    ),
    "quadratic": with_type(f"[<!ENTITY a '{'x' * 50_000}'>]", "&a;" * 2_000),
    "parameter-entity": with_type("[<!ENTITY % p SYSTEM 'http://127.0.0.1:9/x'> %p;]", "x"),
    "external-type": with_type("SYSTEM 'http://127.0.0.1:9/x.dtd'", "x"),
    "attribute-defaults": with_type("[<!ATTLIST alert a CDATA 'x'>]", "x"),
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-32"])
def test_a_document_type_is_refused_in_any_encoding(name: str, encoding: str) -> None:
    """Before anything is expanded: what is allocated stays within some copies of the document."""
    text = BOMBS[name].replace("UTF-8", encoding) if encoding != "utf-8" else BOMBS[name]
    content = text.encode(encoding)
    tracemalloc.start()
    try:
        with pytest.raises(RefusedDocumentError):
            parse(content)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 4_000_000


def test_no_file_is_read(tmp_path: Path) -> None:
    """An entity that names one is refused, and its content is nowhere."""
    secret = tmp_path / "secret"
    secret.write_text("Zwartjanssen")
    with pytest.raises(RefusedDocumentError, match="document type"):
        parse(with_type(f"[<!ENTITY a SYSTEM 'file://{secret}'>]").encode())


def test_an_included_file_is_not_read(tmp_path: Path) -> None:
    """XInclude stays an element that nobody knows."""
    secret = tmp_path / "secret"
    secret.write_text("Zwartjanssen")
    include = f'<include xmlns="http://www.w3.org/2001/XInclude" href="file://{secret}" parse="text"/>'
    alert, _ = parse(CAP.replace("<headline>", f"{include}<headline>").encode())
    assert "Zwartjanssen" not in repr(list(alert.children("info")))
    assert next(alert.children("info")).text("include") == ""


@pytest.mark.parametrize("encoding", ["utf-7", "ibm037", "hz", "shift_jis"])
def test_an_encoding_that_could_hide_a_type_is_refused(encoding: str) -> None:
    """Only those are read that messages are written in."""
    with pytest.raises(RefusedDocumentError, match="encoding"):
        parse(CAP.replace("UTF-8", encoding).encode())


def test_what_is_nested_too_deeply_is_refused() -> None:
    """As deep as is allowed is read, one deeper is not, and what would overflow a stack neither."""

    def nested(levels: int) -> bytes:
        return CAP.replace("<headline>", "<x>" * levels + "</x>" * levels + "<headline>").encode()

    assert parse(nested(MAX_DEPTH - 2))
    for levels in (MAX_DEPTH - 1, 300, 20_000):
        with pytest.raises(RefusedDocumentError):
            parse(nested(levels))


def test_what_is_too_long_is_refused() -> None:
    """Whatever it is."""
    with pytest.raises(RefusedDocumentError, match="longer"):
        parse(CAP.encode() + b" " * MAX_DOCUMENT_BYTES)


@pytest.mark.parametrize(
    "content",
    [CAP.replace("alert", "alarm"), CAP.replace("cap:1.2", "cap:1.0"), CAP.replace("xmlns", "other")],
)
def test_what_is_no_alert_is_refused(content: str) -> None:
    """Another root, another version, no namespace."""
    with pytest.raises(RefusedDocumentError, match="no alert"):
        parse(content.encode())


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "latin-1"])
def test_encodings_that_are_declared_are_read(encoding: str) -> None:
    """Also UTF-16 that the feed already turned into UTF-8, which its declaration does not know."""
    named = "iso-8859-1" if encoding == "latin-1" else "utf-16"
    text = CAP.replace("UTF-8", named).replace("Stadsplein", "Café")
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")
    contents = [mark + text.encode(encoding)] + ([text.encode()] if named == "utf-16" else [])
    for content in contents:
        alert, notes = parse(content)
        assert next(next(alert.children("info")).children("area")).text("areaDesc") == "Café, Amstelveen"
        assert notes == ()


def test_bytes_that_are_no_characters_are_replaced() -> None:
    """With a note: Latin-1 without a declaration is seen in the field."""
    alert, notes = parse(CAP.replace("Stadsplein", "Café").encode("latin-1"))
    assert alert.text("identifier") == "vr-2026-4711"
    assert notes == (ReportNote.TEXT_REPAIRED,)
