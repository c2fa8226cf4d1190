"""`toezicht console`: the operators' page and its API, and its local accounts."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from typing import Annotated

import typer

from console.wire.people import Role
from streams.errors import ToezichtError

NEEDS = ("fastapi", "uvicorn", "sse_starlette", "authlib", "argon2", "httpx2", "orjson")


def register(app: typer.Typer) -> None:
    """Add the command."""
    commands = typer.Typer(invoke_without_command=True, rich_markup_mode=None)

    @commands.callback()
    def console(context: typer.Context) -> None:
        """Serve the operators' page and its API, one process of `toezicht up`, until Ctrl-C.

        It reads topics and decides nothing; two of them are interchangeable. Needs TOEZICHT_REGISTRY and
        KAFKA_BOOTSTRAP_SERVERS. Settings are TOEZICHT_CONSOLE_*, in the file of `toezicht up` under `console:`:

        \b
        TOEZICHT_CONSOLE_PORT=8090                     where it listens, on this machine alone
        TOEZICHT_CONSOLE_TLS_CERT, _TLS_KEY, _HOST     TLS, and then any address
        TOEZICHT_CONSOLE_OPENID_ISSUER, _CLIENT_ID …   login by OpenID Connect
        TOEZICHT_CONSOLE_ROOMS                         the control rooms, all of the registry if left out

        The first time, and without OpenID Connect, it makes the account `beheerder`, who makes the others, and shows its
        password in this terminal, once. docs/console.md has every setting, the roles and the addresses for a load balancer.

        Example: toezicht console
        """  # noqa: D301 - click keeps the lines behind \b as they are
        if context.invoked_subcommand is None:
            require_extra()
            from console.assemble import run
            from console.flow import flow_parts

            run(flow_parts)

    @commands.command()
    def account(
        user: Annotated[str, typer.Argument(help="Its name, as other operators see it")],
        role: Annotated[list[Role], typer.Option(help="What it may do; may be repeated")],
        room: Annotated[list[str] | None, typer.Option(help="A control room; may be repeated")] = None,
    ) -> None:
        """Make a local account, or give one a new password, which is shown in this terminal, once.

        The way back for who forgot theirs. It ends the account's sessions, and the audit is told by the console.

        Example: toezicht console account nacht-1 --role operator --room amstelveen
        """
        require_extra()
        if not sys.stdout.isatty():
            raise ToezichtError("account shows a password, expected a terminal and no file")
        from console.assemble import make_account

        password = make_account(user, role, room or [])
        typer.echo(f"account {user}, password {password} – shown once")

    app.add_typer(commands, name="console")


def require_extra() -> None:
    """Check that this installation has what the console needs.

    Raises:
        ToezichtError: It was installed without the extra `console`.
    """
    if missing := [name for name in NEEDS if find_spec(name) is None]:
        raise ToezichtError(f"{missing[0]} is not installed, expected the extra console: toezicht[console]")
