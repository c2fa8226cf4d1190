"""`toezicht settings`: every setting, what it is now, and what is wrong with any of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Annotated, Any, Final, get_args, get_origin

import typer
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings

from streams.environment import GROUPS, OTHERS, check_environment, is_secret, variables
from streams.errors import ToezichtError

HEAD: Final = """# Settings

Every setting is an environment variable, read once at the start of a process; files of `toezicht up` take those of the
pipeline by their names in small letters. An empty variable is as one that is not set. `toezicht settings` shows what they are
now, and all that is wrong at once; every command refuses a variable that begins with `TOEZICHT_` or `KAFKA_` and is no setting,
and names the nearest. A variable of your own, such as a camera's password, begins otherwise.

This page is written by `toezicht settings --page`.
"""


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def settings(
        page: Annotated[bool, typer.Option("--page", help="Print the page docs/settings.md instead")] = False,
        given: Annotated[bool, typer.Option("--given", help="Only those that the environment sets")] = False,
    ) -> None:
        """Show every setting as it is for a process that is started here, and all mistakes at once.

        No secret is shown: whether it is set, and nothing else. Exit code 2: a setting is wrong.

        Example: toezicht settings --given
        """
        if page:
            typer.echo(settings_page(), nl=False)
            return
        for line in _shown(given):
            typer.echo(line)
        check_environment()


def settings_page() -> str:
    """Return the page of all settings (Markdown): variable, what it can be, what it is where nobody says, what it does."""
    parts = [HEAD]
    for group in GROUPS:
        kind = group.kind()
        parts.append(
            f"\n## {group.prefix}*\n\n{_first_line(kind)}\n\n| variable | value | default | what |\n|---|---|---|---|\n"
        )
        parts += [
            f"| `{variable}` | {_cell(_values(kind.model_fields[name]))} | {_default(kind.model_fields[name])} "
            f"| {_cell(kind.model_fields[name].description or _plain(name))} |\n"
            for variable, name in variables(kind).items()
        ]
    parts.append(
        "\n## Others that begin so\n\nThey are no settings, and are not refused.\n\n| variable | what |\n|---|---|\n"
    )
    parts += [f"| `{name}` | {_cell(what)} |\n" for name, what in OTHERS.items()]
    return "".join(parts)


def _shown(given: bool) -> Iterator[str]:
    environment = {name.upper(): value for name, value in os.environ.items() if value}
    for group in GROUPS:
        kind = group.kind()
        for variable, name in variables(kind).items():
            field = kind.model_fields[name]
            if variable in environment:
                yield f"{variable}={'***' if is_secret(kind, name) else environment[variable]}"
            elif not given:
                yield f"{variable}={_plain_default(field)} (default)"


def _first_line(kind: type[BaseSettings]) -> str:
    told = " ".join((kind.__doc__ or "").split("\n\n", maxsplit=1)[0].split()).partition(": ")[2]
    return told[:1].upper() + told[1:]


def _values(field: FieldInfo) -> str:
    """Return in words what a setting can be."""
    kind = field.annotation
    if get_origin(kind) is not None and type(None) in get_args(kind):
        kind = next(part for part in get_args(kind) if part is not type(None))
    if choices := get_args(kind):
        return ", ".join(f"`{choice}`" for choice in choices)
    name = {"Path": "path", "str": "text", "bool": "`true`, `false`", "int": "whole number", "float": "number"}.get(
        getattr(kind, "__name__", ""), "secret"
    )
    return " ".join([name, *(f"{sign} {limit:g}" for sign, limit in _limits(field))])


def _limits(field: FieldInfo) -> Iterator[tuple[str, float]]:
    for limit in field.metadata:
        for name, sign in (("gt", ">"), ("ge", "≥"), ("lt", "<"), ("le", "≤")):
            if (value := getattr(limit, name, None)) is not None:
                yield sign, value


def _default(field: FieldInfo) -> str:
    told = _plain_default(field)
    return f"`{told}`" if told else "–"


def _plain_default(field: FieldInfo) -> str:
    if field.default_factory is not None:
        return "~/.cache/toezicht"
    default: Any = field.default
    if default is None or default is PydanticUndefined:
        return ""
    return str(default).lower() if isinstance(default, bool) else str(default)


def _plain(name: str) -> str:
    raise ToezichtError(f"the setting {name} has no description, expected a sentence of what it is for")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
