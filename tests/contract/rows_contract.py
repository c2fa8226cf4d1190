"""What every implementation of a stage's rows must do. A test class inherits `RowsContract` and gives it `rows`."""

from __future__ import annotations

import pytest

from schemas.base import Part
from streams.stages.base import Rows


class Row(Part):
    number: int


class RowsContract:
    """Inherit, and define the fixture `rows`: the empty rows of one partition."""

    @pytest.fixture
    def rows(self) -> Rows:
        raise NotImplementedError("a contract test gives its own rows")

    def test_a_row_that_was_never_written_is_none(self, rows: Rows) -> None:
        """Nothing is there at first."""
        assert rows.get("a", Row) is None

    def test_a_written_row_is_read_back_equal(self, rows: Rows) -> None:
        """What was written is read."""
        rows.put("a", Row(number=1))
        assert rows.get("a", Row) == Row(number=1)

    def test_the_last_write_counts(self, rows: Rows) -> None:
        """A row is replaced as a whole."""
        rows.put("a", Row(number=1))
        rows.put("a", Row(number=2))
        assert rows.get("a", Row) == Row(number=2)

    def test_a_deleted_row_is_gone_and_may_be_written_again(self, rows: Rows) -> None:
        """Deleting is not final."""
        rows.put("a", Row(number=1))
        rows.delete("a")
        assert rows.get("a", Row) is None
        assert list(rows.scan("", Row)) == []
        rows.put("a", Row(number=3))
        assert rows.get("a", Row) == Row(number=3)

    def test_deleting_what_is_not_there_is_no_error(self, rows: Rows) -> None:
        """A deletion may be repeated."""
        rows.delete("a")
        assert rows.get("a", Row) is None

    def test_several_are_read_as_each_is(self, rows: Rows) -> None:
        """Those that are there, in the order in which they are named; what was deleted is not."""
        for number, name in enumerate(["b", "a", "gone", "c"]):
            rows.put(name, Row(number=number))
        rows.delete("gone")
        assert rows.get_each(["c", "never", "a", "gone", "b"], Row) == [Row(number=3), Row(number=1), Row(number=0)]
        assert rows.get_each([], Row) == []

    def test_scan_yields_a_prefix_in_the_order_of_names(self, rows: Rows) -> None:
        """Order does not depend on writing; other prefixes stay out; an empty prefix yields all."""
        for number, name in enumerate(["b/2", "a/9", "b/10", "b", "c/1", "b/1"]):
            rows.put(name, Row(number=number))
        assert [name for name, _ in rows.scan("b/", Row)] == ["b/1", "b/10", "b/2"]
        assert [name for name, _ in rows.scan("", Row)] == ["a/9", "b", "b/1", "b/10", "b/2", "c/1"]
        assert list(rows.scan("d", Row)) == []

    def test_rows_may_be_deleted_while_they_are_scanned(self, rows: Rows) -> None:
        """A stage sweeps what is due in one pass."""
        for name in ("due/1", "due/2", "due/3"):
            rows.put(name, Row(number=0))
        for name, _ in rows.scan("due/", Row):
            rows.delete(name)
        assert list(rows.scan("due/", Row)) == []
