"""Signals as a terminal's child has them, however the tests were started."""

import signal
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def hang_up_is_heard() -> Iterator[None]:
    """Under `nohup` everything inherits that a terminal's end is ignored: what is tested here is what happens when it is not."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)
