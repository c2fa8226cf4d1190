"""The rows in memory keep the contract of rows."""

from __future__ import annotations

import pytest

from streams.stages.base import Rows
from tests.contract.rows_contract import RowsContract
from tests.support.rows import FakeRows


class TestFakeRows(RowsContract):
    """The dictionary."""

    @pytest.fixture
    def rows(self) -> Rows:
        return FakeRows()
