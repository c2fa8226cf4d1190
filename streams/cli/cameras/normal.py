"""`toezicht cameras normal`: what is usual in a camera's view."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli.options import RegistryOption, reachable, registry_path, started
from streams.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streams.cameras.normal import ZoneProfile
    from streams.domain.cameras.registry import Camera
    from streams.domain.rules.cameras import NormalRule


def register(cameras: typer.Typer) -> None:
    """Add the command to the group `cameras`."""

    @cameras.command()
    def normal(
        camera: Annotated[str, typer.Argument(help="Id of a camera of the registry")],
        registry: RegistryOption = None,
        zone: Annotated[str | None, typer.Option(help="Only this zone; `*` is the whole view")] = None,
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object, for programs")] = False,
    ) -> None:
        """Show what is usual in a camera's view and zones, per hour and kind of day, and how much was learnt.

        Each bar is an hour: how high what is usual there goes, of twelve steps; a dot is an hour of which too little is known.
        What lies above is unusual, and may corroborate a report. It is read from the changelog of `corroborate`, which takes
        some seconds per 100,000 records.

        Example: toezicht cameras normal square-1
        """
        from streams.cameras.normal import as_document, read_profiles
        from streams.clock import utc_now
        from streams.config.files import load_rules
        from streams.config.registry import load_registry
        from streams.kafka.reader import Reader

        settings, kafka = started(quiet=True)
        logging.getLogger("kafka").setLevel(logging.CRITICAL)  # what goes wrong is told in one line, not in twenty
        path = registry_path(registry, settings)
        known = load_registry(path).camera(camera)
        if known is None:
            raise ConfigurationError("cameras normal", "CAMERA", camera, f"the id of a camera in {path}")
        names = ["*", *(each.id for each in known.zones)]
        if zone is not None and zone not in names:
            raise ConfigurationError("cameras normal", "--zone", zone, f"one of {', '.join(names)}")
        rule = load_rules(settings.rules).normal
        with Reader(reachable(settings, kafka)) as reader:
            found = [each for each in read_profiles(reader, known, utc_now()) if zone in (None, each.zone_id or "*")]
        if as_json:
            print(json.dumps(as_document(known, found, rule)))
        else:
            print("\n".join(lines(known, found, rule)))


def lines(camera: Camera, found: Sequence[ZoneProfile], rule: NormalRule) -> list[str]:
    """Return the profiles for a person."""
    from streams.presentation.normal import picture

    told = [f"{camera.id}: what {rule.unusual:.0%} of blocks of ten minutes stay below; kept for four weeks at most"]
    for each in found:
        where = "the whole view" if each.zone_id is None else f"zone {each.zone_id}"
        since = f" since {each.since:%d %b %Y}" if each.since else ""
        told += ["", f"{where}: {each.blocks} blocks learnt{since}"]
        if each.dropped:
            told.append(f"  {each.dropped} hours do not hold any more: the picture, its masks or the zone has changed")
        told += picture(each.usual, rule.unusual)
    return told
