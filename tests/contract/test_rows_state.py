"""The rows that a stage is given by the runner keep the contract of rows."""

from __future__ import annotations

import pytest

from streams.stage import Rows
from streams.state import PartitionState, StateRows
from tests.contract.rows_contract import RowsContract
from tests.unit.streams.fake_kafka import FakeDatabase


class TestStateRows(RowsContract):
    """The rows over a partition's state."""

    @pytest.fixture
    def rows(self) -> Rows:
        database = FakeDatabase()
        return StateRows(PartitionState(lambda: database))
