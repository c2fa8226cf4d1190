"""Parts: what the routes ask, each as what it can do; `console/commands.py` puts the real ones together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from console.settings import ConsoleSettings
from console.wire.actions import ActionAsked, Choices, ReportAsked
from console.wire.audit import AuditPage
from console.wire.events import CameraNow, Decision, Status, ZoneNow
from console.wire.people import Account, AccountAsked, Caller, LoginAsked, LoginWays, Me, PasswordAsked, Right
from console.wire.pictures import PictureAnswer, PictureAsked
from console.wire.rooms import Handover, RoomInfo, Series
from console.wire.rows import AlertPage, Detail, HistoryLine
from schemas.base import Message
from schemas.phrases.language import Language

StreamEvent = tuple[str, str, bytes]
"""An event of a stream: its id, its name, its JSON."""


@dataclass(frozen=True, slots=True)
class RowQuery:
    """Row query: which rows a partner who polls asks for; each None means any."""

    state: frozenset[str] | None
    priority: frozenset[str] | None
    category: frozenset[str] | None
    handled_by: str | None
    changed_since: datetime | None
    limit: int
    cursor: str | None


@dataclass(frozen=True, slots=True)
class WholeList:
    """Whole list: where the stream goes on, how many rows there are, and these as lines of JSON in the list's order."""

    position: str
    total: int
    lines: AsyncIterator[bytes]


class Rooms(Protocol):
    """Rooms: the control rooms of this console as they are now, and how they change."""

    def names(self) -> tuple[str, ...]:
        """Return the ids of the rooms that are served."""

    def room(self, room: str) -> RoomInfo:
        """Return what a room is.

        Raises:
            ProblemError: 404, it is not served here.
        """

    def ready(self) -> bool:
        """Return whether every room's list is whole."""

    def rows(self, room: str, language: Language) -> WholeList:
        """Return a room's list, 100 of its rows first, then 1,000 each."""

    def page(self, room: str, query: RowQuery, language: Language) -> AlertPage:
        """Return some rows."""

    def detail(self, room: str, alert_id: str, language: Language, me: Me) -> Detail:
        """Return a whole alert.

        Raises:
            ProblemError: 404, no alert of this room has that id.
        """

    async def history(self, room: str, alert_id: str, language: Language) -> tuple[HistoryLine, ...]:
        """Return an alert's changes and actions, the oldest first, read from the topics."""

    def stream(self, room: str, since: str | None, language: Language, user: str) -> AsyncIterator[StreamEvent]:
        """Return a room's events: first every row that is newer than an id, then what changes.

        Raises:
            ProblemError: 422, the id is none; 429, this person, or all together, have too many streams open.
        """

    def end_streams(self) -> None:
        """Say goodbye to all streams: the process stops."""

    def status(self, room: str) -> Status:
        """Return the room's pulse."""

    def cameras(self, room: str, language: Language) -> tuple[CameraNow, ...]:
        """Return the room's cameras."""

    def zones(self, room: str, language: Language) -> tuple[ZoneNow, ...]:
        """Return the room's zones."""

    def series(
        self, room: str, zone_id: str, from_at: datetime, to_at: datetime, step_s: int, language: Language
    ) -> Series:
        """Return one zone over time."""

    async def handover(self, room: str, from_at: datetime, to_at: datetime, language: Language) -> Handover:
        """Return a period for the next shift."""


class Acting(Protocol):
    """Acting: operators' actions on their way to `decide`, and what became of them."""

    async def act(self, room: str, asked: ActionAsked, me: Me) -> Decision:
        """Send an action once, and return what is known of it: most often that it is pending."""

    def decision(self, action_id: str, me: Me) -> Decision:
        """Return what became of an action.

        Raises:
            ProblemError: 404, nobody sent it.
        """

    async def report(self, room: str, asked: ReportAsked, me: Me) -> None:
        """Send a report that an operator enters by hand; it comes back as a row."""

    def choices(self, room: str, language: Language) -> Choices:
        """Return the lists that dialogs offer."""


class Pictures(Protocol):
    """Pictures: snapshots that were asked for; each view is told to the audit before it is sent."""

    async def ask(self, room: str, asked: PictureAsked, me: Me, language: Language) -> PictureAnswer:
        """Ask a camera for a picture."""

    def picture(self, request_id: str, me: Me, language: Language) -> PictureAnswer:
        """Return whether it came.

        Raises:
            ProblemError: 404, this person did not ask for it.
        """

    async def image(self, request_id: str, me: Me) -> bytes:
        """Return the JPEG, after the audit was told.

        Raises:
            ProblemError: 404, it is not there; 503, the audit cannot be told.
        """


class AuditTelling(Protocol):
    """Audit telling: what all parts use of the audit that do something which is written down."""

    async def tell(
        self,
        me: Me,
        action: str,
        object_type: str,
        object_id: str,
        reason: str,
        result: str,
        cause_id: str,
        room: str = "",
        *,
        at: datetime | None = None,
    ) -> None:
        """Tell the audit, and wait until the broker has it. The room says which supervisors may see it; empty where none.

        It was done now where no time is given.

        Raises:
            ProblemError: 503, it does not take it.
        """


class Audits(AuditTelling, Protocol):
    """Audits: the chain of who did and saw what."""

    async def page(self, me: Me, room: str | None, actor: str | None, before: int | None, limit: int) -> AuditPage:
        """Return some lines of those that a person may see, the newest first."""


class MessageSending(Protocol):
    """Message sending: sends a message and waits until the broker has it."""

    async def send(self, message: Message) -> None:
        """Send it.

        Raises:
            ToezichtError, ProblemError: It is not confirmed.
        """


class Sessions(Protocol):
    """Sessions: who is logged in; a token is known to the browser alone, and kept as its hash."""

    def ways(self) -> LoginWays:
        """Return how one can log in."""

    async def login(self, asked: LoginAsked, caller: Caller) -> tuple[Me, str]:
        """Return who logged in and their token.

        Raises:
            ProblemError: 401, name or password is wrong; 429, too many tries.
        """

    async def begin_openid(self, back_to: str) -> tuple[str, str]:
        """Return where to send the browser, and what its cookie must bring back.

        Raises:
            ProblemError: 404, no provider is configured; 503, it does not answer.
        """

    async def end_openid(self, query: str, kept: str | None, caller: Caller) -> tuple[Me, str, str]:
        """Return who came back from the provider, their token, and the page that they wanted.

        Raises:
            ProblemError: 401, what came back does not hold; 503, the provider does not answer.
        """

    def me(self, caller: Caller) -> Me:
        """Return who calls.

        Raises:
            ProblemError: 401, nobody does, or the session ended.
        """

    def keep_acting(self, caller: Caller, at_the_keys: bool = True) -> Me:
        """Note that a person is at work, and return who; where nobody is at the keys it is only seen that somebody was.

        Raises:
            ProblemError: 401 `acting_ended`, too long without a key: the password is asked again.
        """

    async def logout(self, caller: Caller) -> str:
        """End a session, and return where the provider that it is of ends its own; empty where there is no such address."""

    def tell_refused(self, me: Me, right: Right, what: str, room: str) -> None:
        """Write down that a person tried to change something without the right to, for the audit.

        Args:
            me: The person.
            right: What they lack.
            what: The method and the route that they tried, with the names of what it holds: nothing that they sent.
            room: The control room that it was of; empty where of none.
        """

    def tell_opened(self, me: Me, room: str, alert_id: str, reread: bool) -> None:
        """Write down that a person is given an alert's detail, for the audit, unless it is the opening that was told already.

        Args:
            me: The person.
            room: The alert's control room.
            alert_id: The alert.
            reread: Whether the page reads again what the person has open.
        """

    async def change_password(self, asked: PasswordAsked, caller: Caller) -> Me:
        """Give a local account the password that its owner wants.

        Raises:
            ProblemError: 401, the old one is wrong; 409, it is no local account; 422, it is the old one; 429, too many tries.
        """

    def accounts(self) -> tuple[Account, ...]:
        """Return the local accounts."""

    async def put_account(self, user: str, asked: AccountAsked, me: Me) -> Account:
        """Make or change a local account; nobody takes the last administrator away."""


class Tiles(Protocol):
    """Tiles: the map's background, fetched by the console so that operators' machines ask nobody else."""

    async def tile(self, z: int, x: int, y: int) -> tuple[bytes, str]:
        """Return a tile and its media type.

        Raises:
            ProblemError: 404, none are configured or there is no such tile; 503, their server does not answer.
        """


@dataclass(frozen=True, slots=True)
class Parts:
    """Parts: all that an application needs."""

    settings: ConsoleSettings
    rooms: Rooms
    acting: Acting
    pictures: Pictures
    audits: Audits
    sessions: Sessions
    tiles: Tiles
