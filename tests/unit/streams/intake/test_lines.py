"""Lines are bounded, whatever the chunks, and reading stops when it is told to."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.intake.lines import MAX_DOCUMENT_BYTES, MAX_LINE_BYTES, AlertSplitter, Line, LineSplitter, read_lines


def _split(chunks: list[bytes]) -> list[Line]:
    splitter = LineSplitter()
    return [line for chunk in chunks for line in splitter.add(chunk)] + list(splitter.end())


@pytest.mark.parametrize(
    ("chunks", "expected"),
    [
        ([], []),
        ([b""], []),
        ([b"\n"], [b""]),
        ([b"a\nb\n"], [b"a", b"b"]),
        ([b"a\r\nb"], [b"a", b"b"]),
        ([b"a", b"b\n", b"\nc"], [b"ab", b"", b"c"]),
    ],
)
def test_split(chunks: list[bytes], expected: list[bytes]) -> None:
    """Line ends of both kinds, empty lines and a last line without an end."""
    assert [line.content for line in _split(chunks)] == expected


@given(st.lists(st.binary(max_size=30), max_size=12))
def test_chunks_do_not_matter(chunks: list[bytes]) -> None:
    """However the bytes arrive, the lines are the same, numbered from 1."""
    lines = _split(chunks)
    assert lines == _split([b"".join(chunks)])
    assert [line.number for line in lines] == list(range(1, len(lines) + 1))


def test_a_long_line_is_cut_and_says_so() -> None:
    """A line of a megabyte costs no more memory than the limit, and the next line is whole."""
    long, after = _split([b"x" * 500_000, b"y" * 500_000 + b"\nnext\n"])
    assert long == Line(1, b"x" * MAX_LINE_BYTES, 1_000_000)
    assert long.too_large
    assert after == Line(2, b"next", 4)
    exact = _split([b"z" * MAX_LINE_BYTES + b"\n"])[0]
    assert not exact.too_large


def test_read_lines_of_a_pipe_until_it_ends() -> None:
    """Everything written before the other end closed is read."""
    reading, writing = os.pipe()
    os.write(writing, b"one\ntwo\nhalf")
    os.close(writing)
    assert [line.content for line in read_lines(reading, lambda: False)] == [b"one", b"two", b"half"]
    os.close(reading)


def test_a_quiet_pipe_leaves_time_for_what_is_not_confirmed() -> None:
    """Between two looks at a pipe that says nothing, `idle` is called; while lines come, each of them gives that time."""
    reading, writing = os.pipe()
    os.write(writing, b"one\n")
    idle: list[int] = []

    def then_ends() -> None:
        idle.append(1)
        if len(idle) == 2:
            os.close(writing)

    assert [line.content for line in read_lines(reading, lambda: False, then_ends)] == [b"one"]
    assert len(idle) == 2
    os.close(reading)


def test_read_lines_stops_on_a_quiet_pipe() -> None:
    """When it is time to stop, whole lines that were taken are given, half a line is not."""
    reading, writing = os.pipe()
    os.write(writing, b"one\nhalf")
    looks = iter([False, False, True])
    assert [line.content for line in read_lines(reading, lambda: next(looks))] == [b"one"]
    os.close(reading)
    os.close(writing)


ALERTS = [
    b"<?xml version='1.0'?>\n<alert>\n one </alert>",
    b"<cap:alert>two</cap:alert >",
    b"<alert>" + b"x" * 3_000 + b"</alert>",
]


@pytest.mark.parametrize("size", [1, 2, 7, 63, 64, 65, 10_000])
def test_documents_are_cut_behind_their_roots_end(size: int) -> None:
    """However the bytes come, and whatever blanks stand between; what is left at the end is told as well."""
    feed = b"\n \r\n".join(ALERTS) + b"\n<alert>half"
    splitter = AlertSplitter()
    found = [line for at in range(0, len(feed), size) for line in splitter.add(feed[at : at + size])]
    found += splitter.end()
    assert [line.content for line in found] == [*ALERTS, b"<alert>half"]
    assert [line.number for line in found] == [1, 2, 3, 4]
    assert not any(line.too_large for line in found)


def test_a_document_that_does_not_end_is_kept_up_to_the_limit() -> None:
    """The next one is read all the same."""
    splitter = AlertSplitter()
    found: list[Line] = []
    for _ in range(20):
        found += splitter.add(b"<alert>" + b"x" * 100_000)
    found += splitter.add(b"</alert><alert/><alert></alert>")
    assert [line.too_large for line in found] == [True, False]
    assert len(found[0].content) == MAX_DOCUMENT_BYTES


def test_documents_in_another_encoding_are_cut_as_well() -> None:
    """UTF-16 with a mark or without one."""
    for head, encoding in ((b"\xff\xfe", "utf-16-le"), (b"", "utf-16-be")):
        splitter = AlertSplitter()
        content = head + "<alert>één</alert>".encode(encoding)
        assert [line.content.decode() for line in splitter.add(content)] == ["<alert>één</alert>"]
