"""The rows in memory keep the contract of rows."""

from __future__ import annotations

import pytest

from streams.stage import Rows
from tests.contract.rows_contract import RowsContract
from tests.fake_rows import FakeRows


class TestFakeRows(RowsContract):
    """The dictionary."""

    @pytest.fixture
    def rows(self) -> Rows:
        return FakeRows()
