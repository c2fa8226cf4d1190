"""Assembly: the console's parts made of its settings, and run as one process."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable, Coroutine, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from console.access.accounts import LocalAccounts
from console.access.first import FirstAccount, make, read_and_delete
from console.access.openid import OpenIdClient
from console.access.outbox import AuditOutbox
from console.access.passwords import Passwords, first_password
from console.access.server_sessions import AccessParts, ServerSessions
from console.access.session import who_may_act
from console.access.store import AccessStore
from console.api.app import create_app
from console.api.parts import Acting, Audits, Parts, Pictures, Rooms, Tiles
from console.server import configured, listen, serve, shown_address
from console.settings import ConsoleSettings, read_console_settings
from console.wire.people import Role
from console.wire.problems import ProblemError
from schemas.codec import send_as
from streams.clock import utc_now
from streams.errors import ConfigurationError, ToezichtError
from streams.health import HEALTH
from streams.kafka.errors import AccessError
from streams.process import start_logging, start_metrics, start_tracing, tell_ready
from streams.settings import KafkaSettings, Settings, read_settings

log = logging.getLogger(__name__)

ADMINISTRATOR: Final = "beheerder"
Work = Callable[[], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class FlowParts:
    """Flow parts: what is made of the topics, and what keeps it up to date.

    Attributes:
        beside: Runs in the server's loop from its start to its end.
        stop: Called once, after the server.
    """

    rooms: Rooms
    acting: Acting
    pictures: Pictures
    audits: Audits
    tiles: Tiles
    beside: tuple[Work, ...]
    stop: Callable[[], None]


Users = Callable[[str], Iterable[str]]
"""Returns who may act in a room."""
FlowMaker = Callable[[Settings, KafkaSettings, ConsoleSettings, Users], FlowParts]


@dataclass(frozen=True, slots=True)
class LocalAccess:
    """Local access: the store and what is made of it, without the flow."""

    store: AccessStore
    passwords: Passwords
    outbox: AuditOutbox

    def make(self, first: FirstAccount) -> None:
        """Make an account, or give it a new password."""
        make(first, self.store, self.passwords, self.outbox)

    def users(self, room: str) -> tuple[str, ...]:
        """Return who may act in a room: by their account, or since they are logged in."""
        return who_may_act(self.store, room)


def local_access(settings: Settings, console: ConsoleSettings) -> LocalAccess:
    """Return the store of some settings.

    Raises:
        ConfigurationError: It cannot be opened.
    """
    path = settings.data / "console" / "access.sqlite" if console.store is None else console.base / console.store
    store = AccessStore(path)
    return LocalAccess(store, Passwords(), AuditOutbox(store, utc_now))


def run(make_flow: FlowMaker) -> None:
    """Run a console until it is told to stop.

    Args:
        make_flow: Makes what reads the topics.

    Raises:
        ToezichtError: A setting is wrong, a port is taken, or no broker answers.
    """
    settings, kafka = read_settings()
    console = read_console_settings()
    send_as(settings.source)
    start_logging(settings)
    start_tracing(settings)
    _tell_of_rights(kafka)
    with ExitStack() as stack:
        access = local_access(settings, console)
        stack.callback(access.store.close)
        _first_accounts(console, access)
        openid = OpenIdClient(console, access.store) if console.openid_issuer else None
        listening = stack.enter_context(listen(console))
        flow = make_flow(settings, kafka, console, access.users)
        stack.callback(flow.stop)
        sessions = ServerSessions(
            AccessParts(
                console, access.store, LocalAccounts(access.store), access.passwords, access.outbox, openid,
                flow.rooms.names,
            )
        )  # fmt: skip
        parts = Parts(console, flow.rooms, flow.acting, flow.pictures, flow.audits, sessions, flow.tiles)
        config = configured(create_app(parts), console)
        metrics_port = start_metrics(settings)

        def ready() -> None:
            log.info("the console is at %s", shown_address(console, listening))
            tell_ready("console", metrics_port)

        beside = (_take_turns, lambda: access.outbox.tell_forever(flow.audits), *flow.beside)
        serve(config, listening, ready, flow.rooms.end_streams, beside)


async def _take_turns() -> None:
    """Give a sign of life each second, in the loop that answers requests."""
    turned = HEALTH.turns("server")
    while True:
        turned()
        await asyncio.sleep(1.0)


def _tell_of_rights(kafka: KafkaSettings) -> None:
    """Tell what the cluster refuses this console; it goes on all the same, since it serves what it can.

    Raises:
        AccessError: The cluster does not let it in at all: a password or a certificate is wrong, and waiting would not help.
    """
    if kafka.asks_who:
        from streams.kafka.access.admission import require_access
        from streams.rights.requiring import require_rights  # it knows all stages: only where somebody asks

        require_access(kafka)
        try:
            require_rights(kafka, "console")
        except AccessError as error:
            log.error("%s", error)  # noqa: TRY400 - one line says it all


def make_account(user: str, roles: list[Role], rooms: list[str]) -> str:
    """Make an account, or give it a new password, and return that.

    Raises:
        ToezichtError: Its name or a room is none, it would see no room, or nobody would be left to make accounts.
    """
    settings, _ = read_settings()
    password = first_password()
    try:
        first = FirstAccount.model_validate({"user": user, "roles": roles, "rooms": rooms, "password": password})
    except ValidationError as error:
        wrong = error.errors(include_url=False)[0]
        field = "--room" if wrong["loc"][0] == "rooms" else str(wrong["loc"][0])
        raise ConfigurationError("account", field, wrong["input"], wrong["msg"]) from None
    if not rooms and set(roles) != {Role.ADMINISTRATOR}:
        raise ConfigurationError("account", "--room", "", "the control rooms that it may see")
    access = local_access(settings, read_console_settings())
    try:
        access.make(first)
    except ProblemError as error:
        raise ToezichtError(f"account {user}: {error.detail}") from None
    finally:
        access.store.close()
    return password


def _first_accounts(console: ConsoleSettings, access: LocalAccess) -> None:
    """Make the accounts that were handed over, else the administrator where nobody could log in otherwise."""
    if console.first_accounts is not None:
        for first in read_and_delete(Path(console.first_accounts)):
            access.make(first)
    if console.openid_issuer or LocalAccounts(access.store).all():
        return
    if not sys.stderr.isatty():
        log.warning("nobody can log in: make an account with `toezicht console account NAME --role administrator`")
        return
    password = first_password()
    access.make(
        FirstAccount.model_validate({"user": ADMINISTRATOR, "roles": [Role.ADMINISTRATOR], "password": password})
    )
    sys.stderr.write(f"toezicht: account {ADMINISTRATOR}, password {password} – shown once\n")
