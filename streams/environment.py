"""Environment: every variable that begins as ours do is a setting, or is refused with the name that is nearest to it.

A setting that is misspelt would otherwise be as one that nobody gave: a cluster without TLS, rules that are not the
municipality's. All mistakes are told at once, those of groups that another process reads too, since one environment mostly serves
all of them. No value is shown of a variable that is no setting: it may be a password under a wrong name.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

from pydantic import SecretStr, ValidationError
from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings

from streams.errors import ConfigurationError, MistakesError, ToezichtError

PREFIXES: Final = ("TOEZICHT_", "KAFKA_")
PAGE: Final = "docs/settings.md"


@dataclass(frozen=True, slots=True)
class SettingsGroup:
    """Settings group: the variables of one model.

    Attributes:
        prefix: What their names begin with.
        where: Module and class of the model; it is imported where a variable of the group is set, or all are asked for.
    """

    prefix: str
    where: str

    def kind(self) -> type[BaseSettings]:
        """Return the model."""
        module, _, name = self.where.partition(":")
        kind: type[BaseSettings] = getattr(import_module(module), name)
        return kind


GROUPS: Final = (
    SettingsGroup("TOEZICHT_", "streams.settings:Settings"),
    SettingsGroup("KAFKA_", "streams.settings:KafkaSettings"),
    SettingsGroup("TOEZICHT_CONSOLE_", "console.settings:ConsoleSettings"),
    SettingsGroup("TOEZICHT_INTAKE_HTTP_", "streams.intake.http.settings:IntakeHttpSettings"),
    SettingsGroup("TOEZICHT_ONVIF_", "streams.capture.onvif.settings:OnvifSettings"),
    SettingsGroup("TOEZICHT_LOGBOOK_", "streams.logbook.settings:LogbookSettings"),
    SettingsGroup("TOEZICHT_LOCATIESERVER_", "streams.intake.geocoding.locatieserver:LocatieserverSettings"),
)
"""All groups, in the order in which a reader meets them; a test holds that no model of settings is missing."""

OTHERS: Final[Mapping[str, str]] = {
    "TOEZICHT_DEMO_VIDEO": "a video for `toezicht demo` and the benchmarks, in place of the scene that they compose",
    "TOEZICHT_DEMO_CALIBRATION": "the calibration (Tsai, XML) of that video",
    "TOEZICHT_READY_FILE": "set by the supervisor of `toezicht up` for its processes, which write it when they work",
    "TOEZICHT_TEST_DATA": "pictures and models for the tests",
    "TOEZICHT_TEST_IMAGE": "an image that was built, for the tests that look into one",
    "TOEZICHT_TEST_BROKERS": "3: three brokers with copies for the tests of least rights, in place of one",
    "TOEZICHT_TEST_IMAGE_BEFORE": "an image of an older release, for the test that upgrades from it",
    "TOEZICHT_FUZZ": "set by `make fuzz` for its tests",
    "KAFKA_HOME": "where a Kafka of the machine is installed",
    "KAFKA_OPTS": "Kafka's own scripts: options for its Java",
    "KAFKA_HEAP_OPTS": "Kafka's own scripts: how much memory its Java takes",
    "KAFKA_GC_LOG_OPTS": "Kafka's own scripts: its log of the garbage collector",
    "KAFKA_JMX_OPTS": "Kafka's own scripts: its metrics by JMX",
    "KAFKA_JMX_PORT": "Kafka's own scripts: its metrics by JMX",
    "KAFKA_JMX_HOSTNAME": "Kafka's images: its metrics by JMX",
    "KAFKA_JVM_PERFORMANCE_OPTS": "Kafka's own scripts: options for its Java",
    "KAFKA_LOG4J_OPTS": "Kafka's own scripts: its logging",
    "KAFKA_LOG4J_CMD_OPTS": "Kafka's own scripts: its logging",
    "KAFKA_DEBUG": "Kafka's own scripts: a debugger for its Java",
    "KAFKA_PORT": "set by Kubernetes in every pod beside a service `kafka`",
}
"""Variables that begin as settings do and are none, with what they are for."""
_LINKS: Final = re.compile(
    r"_SERVICE_HOST$|_SERVICE_PORT(_[A-Z0-9_]+)?$|_PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?$"
)
"""What Kubernetes sets in every pod for each service of its namespace (service links), unless `enableServiceLinks: false`."""
LINKED: Final = re.compile(r"(tcp|udp)://")
"""How the value of such a variable begins that has the name of a setting: TOEZICHT_CONSOLE_PORT of a service toezicht-console."""
_SIMILAR: Final = 0.75
"""How alike a name is that may be meant (difflib's ratio): one or two letters of ten."""


class UnknownSettingError(ToezichtError):
    """A variable begins as our settings do, and there is no such setting."""

    def __init__(self, variable: str, nearest: str | None) -> None:
        expected = f"expected {nearest}" if nearest else f"expected one of {PAGE}"
        own = f"; a variable of your own begins neither with {' nor with '.join(PREFIXES)}"
        super().__init__(f"environment: there is no setting {variable}, {expected}{'' if nearest else own}")


def check_environment(environment: Mapping[str, str] | None = None) -> None:
    """Hold that all settings are right, of every group of which a variable is set.

    Raises:
        ToezichtError: A variable is misspelt, or has a value that it cannot have, or does not go with another.
        MistakesError: Several are; a line each.
    """
    given = os.environ if environment is None else environment
    used = [group.kind() for group in GROUPS if any(name.upper().startswith(group.prefix) for name in given)]
    raise_all([*misspelt(given), *(mistake for kind in used for mistake in mistakes(kind))])


def raise_all(found: Sequence[ToezichtError]) -> None:
    """Raise what was found, if anything.

    Raises:
        ToezichtError: One mistake.
        MistakesError: Several.
    """
    if found:
        raise found[0] if len(found) == 1 else MistakesError("settings", found)


def variables(kind: type[BaseSettings]) -> dict[str, str]:
    """Return the variables of a model, each with its field."""
    prefix = str(kind.model_config.get("env_prefix", "")).upper()
    return {f"{prefix}{name.upper()}": name for name in kind.model_fields}


def misspelt(environment: Mapping[str, str]) -> list[ToezichtError]:
    """Return an error for each variable that is no setting and looks like one: by how it begins, or how it ends."""
    left = [name for name in _suspects(environment) if name.upper() not in _known(_groups(name))]
    if not left:
        return []  # all models are loaded only where one of them may be meant
    known = _known(GROUPS)
    return [
        UnknownSettingError(name, nearest(name.upper(), known))
        for name in sorted(left)
        if name.upper().startswith(PREFIXES) or _misses_prefix(name.upper(), known)
    ]


def nearest(variable: str, known: Collection[str]) -> str | None:
    """Return the setting that was most likely meant, or None where none is alike."""
    found = difflib.get_close_matches(variable, sorted(known), 1, _SIMILAR)
    return found[0] if found else None


def mistakes(kind: type[BaseSettings]) -> list[ToezichtError]:
    """Return what is wrong with the settings of one model: each variable, and then what of the rest does not go together."""
    wrong = _errors(kind, {})
    fields = {str(error["loc"][0]): error for error in wrong if error["loc"]}
    together = [error for error in wrong if not error["loc"]]
    if fields:  # the rest is only held against each other where each is right by itself
        together = [error for error in _errors(kind, _defaults(kind, fields)) if not error["loc"]]
    prefix = str(kind.model_config.get("env_prefix", ""))
    return [
        *(_wrong_value(kind, prefix, name, error) for name, error in fields.items()),
        *(ConfigurationError("environment", f"{prefix}*", "", _told(error)) for error in together),
    ]


def is_secret(kind: type[BaseSettings], field: str) -> bool:
    """Return whether a setting's value is shown to nobody."""
    return SecretStr in _parts(kind.model_fields[field].annotation) or "password" in field or "secret" in field


def _parts(annotation: Any) -> tuple[Any, ...]:
    return (annotation, *getattr(annotation, "__args__", ()))


def _suspects(environment: Mapping[str, str]) -> list[str]:
    """Return names that could be meant as a setting and are not known to be something else."""
    starts = {prefix[0] for prefix in PREFIXES}
    return [
        name
        for name in environment
        if name[:1].upper() in starts
        and name.upper() not in OTHERS
        and not _LINKS.search(name.upper())
        and (name.upper().startswith(PREFIXES) or _like_prefix(name.upper()))
    ]


def _groups(name: str) -> list[SettingsGroup]:
    return [group for group in GROUPS if name.upper().startswith(group.prefix)]


def _known(groups: Sequence[SettingsGroup]) -> set[str]:
    return {variable for group in groups for variable in variables(group.kind())}


def _like_prefix(name: str) -> bool:
    first = name.partition("_")[0] + "_"
    return any(difflib.SequenceMatcher(None, first, prefix).ratio() >= _SIMILAR for prefix in PREFIXES)


def _misses_prefix(name: str, known: Collection[str]) -> bool:
    """Return whether a name is a setting's but for how it begins, as KAKFA_SASL_USERNAME is."""
    rest = name.partition("_")[2]
    return any(prefix + rest in known for prefix in PREFIXES)


def _errors(kind: type[BaseSettings], given: Mapping[str, Any]) -> Sequence[Any]:
    try:
        kind(**given)
    except ValidationError as error:
        return error.errors(include_url=False)
    return ()


def _defaults(kind: type[BaseSettings], fields: Collection[str]) -> dict[str, Any]:
    found = {name: kind.model_fields[name].get_default(call_default_factory=True) for name in fields}
    return {name: value for name, value in found.items() if value is not PydanticUndefined}


def _wrong_value(kind: type[BaseSettings], prefix: str, name: str, error: Any) -> ConfigurationError:
    shown = "***" if is_secret(kind, name) else error["input"]
    told = _told(error)
    if isinstance(shown, str) and LINKED.match(shown):
        told += " (Kubernetes set it for a service of this name: `enableServiceLinks: false` in the pod)"
    return ConfigurationError("environment", (prefix + name).upper(), shown, told)


def _told(error: Any) -> str:
    return str(error["msg"]).removeprefix("Value error, ")
