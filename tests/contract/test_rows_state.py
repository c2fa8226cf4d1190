"""The rows that a stage is given by the runner keep the contract of rows."""

from __future__ import annotations

import pytest

from streams.runtime.state import PartitionState, StateRows
from streams.stages.base import Rows
from tests.contract.rows_contract import RowsContract
from tests.support.kafka import FakeDatabase


class TestStateRows(RowsContract):
    """The rows over a partition's state."""

    @pytest.fixture
    def rows(self) -> Rows:
        database = FakeDatabase()
        return StateRows(PartitionState(lambda: database))
