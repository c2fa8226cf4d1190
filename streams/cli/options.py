"""Options and words that commands share: options, times as words, which cluster is meant, and what they say while they work."""

from __future__ import annotations

import inspect
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, Final, Literal, get_args, get_origin

import typer
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from schemas.codec import send_as
from schemas.phrases.codes.commands import expected_cluster, expected_time_ago, expected_time_ahead
from schemas.phrases.language import Language
from streams.errors import ConfigurationError, ToezichtError
from streams.kafka.codecs import codecs_missing
from streams.kafka.decoding import undecodable_line
from streams.process import start_logging, start_tracing
from streams.settings import KafkaSettings, Settings, read_settings

RegistryOption = Annotated[Path | None, typer.Option(help="Camera registry (YAML); TOEZICHT_REGISTRY if left out")]
CamerasOption = Annotated[list[str] | None, typer.Option(help="Id of a camera, may be repeated; all if left out")]

_DURATION: Final = re.compile(r"(\d{1,6})([smhd])")
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


@contextmanager
def telling(language: Language) -> Iterator[None]:
    """Let what goes wrong in an operator's command be told in the language of the rest of it."""
    try:
        yield
    except ToezichtError as error:
        error.language = language
        raise


def started(*, quiet: bool = False) -> tuple[Settings, KafkaSettings]:
    """Read the settings, send as their organisation and begin to log; quietly for a command whose output a person reads.

    Raises:
        ConfigurationError: A setting is wrong.
    """
    settings, kafka = read_settings()
    send_as(settings.source)
    start_logging(settings.model_copy(update={"log_level": "ERROR"}) if quiet else settings)
    start_tracing(settings)
    return settings, kafka


def moment(command: str, option: str, text: str, now: datetime, *, ahead: bool = False) -> datetime:
    """Return a time that was given as RFC 3339 with a zone, or as a duration before now, or after it: 90s, 30m, 2h, 3d.

    Raises:
        ConfigurationError: It is neither.
    """
    match = _DURATION.fullmatch(text)
    try:
        if match:
            span = timedelta(**{_UNITS[match[2]]: int(match[1])})
            return now + span if ahead else now - span
        at = datetime.fromisoformat(text)
        if at.tzinfo is not None and 1 < at.year < 9999:
            return at
    except (ValueError, OverflowError):
        pass
    raise ConfigurationError(command, option, text, expected_time_ahead() if ahead else expected_time_ago())


def require_cluster(kafka: KafkaSettings, *names: str) -> None:
    """Check that a cluster is configured, and can be read: what writes for days does not go to the one of a demo by chance.

    Args:
        kafka: The cluster, and who comes.
        names: The processes of `streams/rights` that this one is; it must be allowed what they do.

    Raises:
        ConfigurationError: None is.
        ToezichtError: This installation cannot unpack all of Kafka's codecs.
        AccessError: It does not let this process in, or do its work.
    """
    require_codecs()
    if not kafka.bootstrap_servers:
        raise ConfigurationError("environment", "KAFKA_BOOTSTRAP_SERVERS", "", "host:port of a running cluster")
    _require_rights(kafka, names)


def reachable(settings: Settings, kafka: KafkaSettings, *names: str) -> KafkaSettings:
    """Return the configured cluster, else the newest that a demo or `up` left the address of.

    Args:
        settings: Where a demo leaves its address.
        kafka: The cluster, and who comes.
        names: The processes of `streams/rights` that this command is; it must be allowed what they do.

    Raises:
        ConfigurationError: There is none.
        AccessError: It does not let this command in, or do its work.
    """
    if kafka.bootstrap_servers:
        _require_rights(kafka, names)
        return kafka
    found = sorted(settings.data.glob("**/run/kafka.json"), key=lambda path: path.stat().st_mtime)
    if not found:
        raise ConfigurationError("environment", "KAFKA_BOOTSTRAP_SERVERS", "", expected_cluster())
    return kafka.model_copy(update={"bootstrap_servers": _address(found[-1])})


def require_codecs() -> None:
    """Check that this installation can unpack whatever a client may have packed.

    Raises:
        ToezichtError: It cannot.
    """
    if line := codecs_missing():
        raise ToezichtError(f"{line}; expected what `pip install toezicht` installs")


def say(line: str) -> None:
    """Tell a person at the terminal how far it is."""
    print(f"toezicht: {line}", file=sys.stderr, flush=True)


def say_undecodable(undecodable: Mapping[str, int]) -> None:
    """Tell a person how much could not be decoded, if anything: what a command prints is of the rest."""
    if undecodable:
        say(f"NOT COMPLETE: {undecodable_line(undecodable)}")


def registry_path(given: Path | None, settings: Settings) -> Path:
    """Return where the registry is.

    Raises:
        ConfigurationError: Neither the option nor the setting says so.
    """
    path = given or settings.registry
    if path is None:
        raise ConfigurationError("environment", "TOEZICHT_REGISTRY", "", "the camera registry (YAML), or --registry")
    return path


def require_vision() -> None:
    """Check that this installation can handle pictures.

    Raises:
        ToezichtError: It was installed without the extra `vision`.
    """
    for module, name in (("cv2", "OpenCV"), ("av", "PyAV")):
        if find_spec(module) is None:
            raise ToezichtError(f"{name} is not installed, expected the extra vision: toezicht[vision]")


def with_options(command: Callable[..., None], model: type[BaseModel]) -> Callable[..., None]:
    """Return a command that has a model's fields as options, and hands the model's values on as its first argument.

    Args:
        command: Takes a mapping of the values by name, and its own arguments and options after it.
        model: Its fields' types, defaults and descriptions are those of the options.
    """
    own = list(inspect.signature(command, eval_str=True).parameters.values())[1:]
    told = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=field.default,
            annotation=_option(field),
        )
        for name, field in model.model_fields.items()
    ]

    def run(**given: Any) -> None:
        command({each.name: given.pop(each.name) for each in told}, **given)

    parameters = [*told, *(each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in own)]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {each.name: each.annotation for each in parameters}
    run.__doc__ = command.__doc__
    return run


def _option(field: FieldInfo) -> Any:
    """Return a field's type as the command line takes it: a choice as its word, so that the model refuses it in one line."""
    if get_origin(field.annotation) is Literal:
        return Annotated[str, typer.Option(help=field.description, metavar="|".join(get_args(field.annotation)))]
    return Annotated[field.annotation, typer.Option(help=field.description)]


def _require_rights(kafka: KafkaSettings, names: tuple[str, ...]) -> None:
    if kafka.asks_who:
        from streams.rights.requiring import require_rights  # it knows all stages: only where somebody asks

        require_rights(kafka, *names)


def _address(path: Path) -> str:
    try:
        return str(json.loads(path.read_text())["bootstrap_servers"])
    except (OSError, ValueError, KeyError, TypeError):
        raise ConfigurationError(
            str(path), "bootstrap_servers", "", "the address that `toezicht up` or `demo` writes"
        ) from None
