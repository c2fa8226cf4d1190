"""Logins: when a camera that refused a login is asked again, so that nobody's account is locked by us.

Cameras and recorders lock an account, for everybody, after some five wrong logins in half an hour. A recorder has one account for
all its channels, so logins are counted by account, whichever of its streams is opened: one at a time until the password is known
to be right, and after a refusal not before minutes have passed.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from detectors.errors import SourceError, SourceFault
from detectors.sources.url import RtspAddress
from schemas.phrases.codes import sources as says

WAITS_S: Final = (60.0, 300.0, 900.0, 1800.0)
"""Wait of an account after its first refusal in a row, its second, and so on; the last for all that follow. Four attempts in
half an hour at the most."""
SAME_PATH: Final = 1.5
"""Factor of the wait for the stream that was refused: another one of the account comes first, for its user may lack the right to
one channel alone."""


class Login(Enum):
    """Login: how an attempt ended."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class Attempt:
    """Attempt: one login. Whoever makes it sets `outcome`."""

    def __init__(self) -> None:
        self.outcome = Login.UNKNOWN


@dataclass
class _Tried:
    """What became of the logins of an account, or of one stream."""

    accepted: bool = False
    refusals: int = 0
    not_before_s: float = float("-inf")

    def accept(self) -> None:
        self.accepted, self.refusals, self.not_before_s = True, 0, float("-inf")

    def refuse(self, now_s: float, factor: float = 1.0) -> None:
        self.refusals += 1
        self.not_before_s = now_s + WAITS_S[min(self.refusals, len(WAITS_S)) - 1] * factor


@dataclass
class _Account(_Tried):
    busy: bool = False
    streams: dict[str, _Tried] = field(default_factory=dict)


class Logins:
    """The logins of one process; safe to use from several threads."""

    def __init__(self) -> None:
        self._accounts: dict[tuple[str, int, str | None, str | None], _Account] = {}
        self._changed = threading.Condition()

    def check(self, address: RtspAddress, shown: str, now_s: float) -> None:
        """Refuse an address that may not be tried yet.

        Args:
            address: The stream.
            shown: Its address without credentials.
            now_s: Monotonic seconds.

        Raises:
            SourceError: `wrong_password`: the camera refused a login, and is not asked again before some time.
        """
        with self._changed:
            account = self._account(address)
            stream = account.streams.setdefault(address.request_uri, _Tried())
            left_s = max(account.not_before_s, stream.not_before_s) - now_s
        if left_s > 0:
            what = says.source_fault(shown, says.camera_does(says.refused_login_waits(left_s)))
            raise SourceError(SourceFault.WRONG_PASSWORD, what)

    @contextmanager
    def attempt(self, address: RtspAddress, shown: str, now_s: float) -> Iterator[Attempt]:
        """Make one login. Waits while another stream of an account that is not known to be right makes one.

        Raises:
            SourceError: `wrong_password`: that one was refused, or an earlier one was: see `check`.
        """
        account, attempt = self._begin(address), Attempt()
        try:
            self.check(address, shown, now_s)
            yield attempt
        finally:
            self._end(account, address, attempt.outcome, now_s)

    def _account(self, address: RtspAddress) -> _Account:
        key = (address.host, address.port, address.user, address.password)
        return self._accounts.setdefault(key, _Account())

    def _begin(self, address: RtspAddress) -> _Account:
        with self._changed:
            account = self._account(address)
            self._changed.wait_for(lambda: account.accepted or not account.busy)
            account.busy = True
        return account

    def _end(self, account: _Account, address: RtspAddress, outcome: Login, now_s: float) -> None:
        with self._changed:
            account.busy = False
            stream = account.streams.setdefault(address.request_uri, _Tried())
            if outcome is Login.ACCEPTED:
                stream.accept()
                account.accept()
            elif outcome is Login.REFUSED:
                if stream.accepted or not account.accepted:
                    # Else the password is right, for others came in with it: this stream alone is not for its user.
                    account.accepted = False
                    account.refuse(now_s)
                stream.accepted = False
                stream.refuse(now_s, SAME_PATH)
            self._changed.notify_all()
