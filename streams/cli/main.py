"""The command line: `toezicht`. Each command is one file of this package."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Final

import typer

from streams.environment import check_environment
from streams.errors import ToezichtError
from streams.garbage import nothing_is_garbage

COMMANDS: Final = (
    "demo",
    "up",
    "broker",
    "topics",
    "capture",
    "worker",
    "intake",
    "report",
    "watch",
    "notify",
    "logbook",
    "console",
    "explain",
    "rules",
    "partners",
    "cases",
    "budget",
    "trends",
    "act",
    "snapshot",
    "completeness",
    "exporter",
    "canary",
    "drill",
    "dead-letters",
    "replay",
    "verdicts",
    "audit",
    "compliance",
    "delete",
    "hold",
    "backup",
    "restore",
    "dossier",
    "register",
    "cameras",
    "eval",
    "bench",
    "settings",
    "schemas",
)
"""In the order in which a newcomer meets them; each module has `register(app)`."""
MODULES: Final = {
    "cameras": "streams.cli.cameras.commands",
    "dead-letters": "streams.cli.dead_letters",
    "intake": "streams.cli.intake.commands",
    "eval": "streams.cli.evaluate.commands",
    "bench": "bench.commands",
    "console": "console.commands",
    "compliance": "streams.cli.compliance.report",
    "delete": "streams.cli.compliance.delete",
    "hold": "streams.cli.compliance.hold",
    "backup": "streams.cli.compliance.backup",
    "restore": "streams.cli.compliance.restore",
    "dossier": "streams.cli.compliance.dossier",
    "register": "streams.cli.compliance.register",
}
"""The modules that are not called as their command is."""

HELP: Final = """The event pipeline of a municipal camera control room.

Cameras and incident reports go in; one calm list of prioritised, explained alerts comes out on Kafka.

Start with `toezicht demo`. Settings are environment variables: TOEZICHT_* for the pipeline, KAFKA_* for the cluster;
without KAFKA_BOOTSTRAP_SERVERS a local broker is started.
"""


def build_app(*only: str) -> typer.Typer:
    """Return the command line with all its commands, or only these: a worker that died is back a second sooner."""
    app = typer.Typer(
        help=HELP, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None
    )
    if only:
        app.callback()(lambda: None)  # one command alone would otherwise need no name
    for name in only or COMMANDS:
        import_module(MODULES.get(name, f"streams.cli.{name}")).register(app)
    return app


def main() -> None:
    """Run the command line; what a person can mend is one line on standard error and exit code 2.

    That is a wrong setting or file, and a cluster that went away in the middle, whichever call of whichever command noticed.
    """
    try:
        named = sys.argv[1] if len(sys.argv) > 1 else ""
        if named in COMMANDS and named != "settings" and "--help" not in sys.argv:  # those two help to mend them
            check_environment()
        with nothing_is_garbage():
            app = build_app(*((named,) if named in COMMANDS else ()))
        app()
    except ToezichtError as error:
        sys.stderr.write(f"toezicht: {error.told_in(error.language)}\n")
        sys.exit(2)
    except Exception as error:
        from kafka.errors import KafkaError

        if not isinstance(error, KafkaError):
            raise
        sys.stderr.write(f"toezicht: no answer from Kafka at {_address()}: {type(error).__name__}\n")
        sys.exit(2)


def _address() -> str:
    """Return where the cluster is that a command used; the pipeline that told its address may have ended meanwhile."""
    from streams.cli.options import reachable
    from streams.settings import read_settings

    try:
        return reachable(*read_settings()).bootstrap_servers
    except ToezichtError:
        return "its address"
