"""Garbage is looked for again once all is loaded."""

from __future__ import annotations

import gc

import pytest

from streams.garbage import nothing_is_garbage


def test_it_is_looked_for_again_after_the_block() -> None:
    """Also where loading failed: a process that never looks grows."""
    with nothing_is_garbage():
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(ImportError), nothing_is_garbage():
        raise ImportError
    assert gc.isenabled()


def test_a_block_within_another_does_not_end_it() -> None:
    """A file is read while commands are loaded."""
    with nothing_is_garbage():
        with nothing_is_garbage():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()
