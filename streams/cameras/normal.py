"""Normal profiles of one camera, as `corroborate` keeps them: read from its changelog, and told per zone, hour and measure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from schemas.base import iso_utc
from streams import topics
from streams.domain.cameras.registry import Camera
from streams.domain.normal.base_rate import LEAST_BLOCKS, Usual, unusual_from, usual
from streams.domain.normal.hours import BUCKETS, Bucket
from streams.domain.normal.measure import EDGES, Measure
from streams.domain.normal.profile import Profile, ProfileRow, fingerprint, usable, without_old
from streams.domain.rules.cameras import NormalRule
from streams.kafka.partitioner import partition_of
from streams.kafka.reader import Reader
from streams.kafka.record import Record
from streams.stages.corroborate.normal import VIEW, profile_rows
from streams.stages.row_versions import ROWS

_BY_NAME: Final = {str(bucket): bucket for bucket in BUCKETS}


class ZoneProfile(NamedTuple):
    """Zone profile: what was learnt of one zone, or of the whole view, and what of it still holds.

    Attributes:
        zone_id: The zone; None is the whole view.
        profile: The buckets of which something still holds.
        dropped: How many rows do not hold any more: they are of another picture or polygon.
    """

    zone_id: str | None
    profile: Profile
    dropped: int

    @property
    def blocks(self) -> int:
        """Return how many blocks of ten minutes were learnt."""
        return sum(slot.blocks for row in self.profile.values() for slot in row.slots)

    @property
    def since(self) -> datetime | None:
        """Return when the oldest of them began."""
        begun = [slot.since_s for row in self.profile.values() for slot in row.slots]
        return datetime.fromtimestamp(min(begun), UTC) if begun else None

    def usual(self, bucket: Bucket, measure: Measure) -> Usual:
        """Return what is usual at an hour."""
        return usual(self.profile.get, bucket, measure)


def read_profiles(reader: Reader, camera: Camera, now: datetime) -> list[ZoneProfile]:
    """Return the profiles of a camera as of now, the whole view first, then its zones in the order of the registry."""
    spans = reader.spans((topics.changelog("corroborate"),), None, None)
    partition = partition_of(topics.OBSERVATIONS, camera.id.encode())
    here = {where: span for where, span in spans.items() if where[1] == partition}
    return profiles(newest_rows(reader.read_spans(here), f"normal/{camera.id}/"), camera, now)


def newest_rows(records: Iterable[Record], prefix: str) -> dict[str, bytes]:
    """Return the rows of a changelog whose names begin so, as they stand at its end."""
    rows: dict[str, bytes] = {}
    for record in records:
        name = (record.key or b"").decode(errors="replace")
        if not name.startswith(prefix):
            continue
        if record.value is None:
            rows.pop(name, None)
        else:
            rows[name] = record.value
    return rows


def profiles(rows: Mapping[str, bytes], camera: Camera, now: datetime) -> list[ZoneProfile]:
    """Return a camera's profiles of its rows by name, without the weeks that are too old: whoever stopped could not drop them.

    Raises:
        RowError: A row is of a newer version, or damaged.
    """
    found: dict[str, dict[Bucket, ProfileRow]] = defaultdict(dict)
    for camera_id, place, bucket, raw in profile_rows(rows.items()):
        if camera_id == camera.id and bucket in _BY_NAME:
            name = f"normal/{camera_id}/{place}/{bucket}"
            row = without_old(ROWS.read(name, raw, ProfileRow), now)
            if row is not None:
                found[place][_BY_NAME[bucket]] = row
    told = []
    names: tuple[str | None, ...] = (None, *(zone.id for zone in camera.zones))
    for zone_id in names:
        known, made_with = found.get(zone_id or VIEW, {}), fingerprint(camera, zone_id)
        kept = {bucket: row for bucket, each in known.items() if (row := usable(each, made_with)) is not None}
        told.append(ZoneProfile(zone_id, kept, len(known) - len(kept)))
    return told


def as_document(camera: Camera, found: Iterable[ZoneProfile], rule: NormalRule) -> dict[str, Any]:
    """Return profiles for a program: per hour and measure how many blocks, and from where on it is unusual."""
    return {
        "camera_id": camera.id,
        "unusual": rule.unusual,
        "needed": LEAST_BLOCKS,
        "edges": {measure.value: EDGES[measure] for measure in Measure},
        "zones": [
            {
                "zone_id": each.zone_id,
                "blocks": each.blocks,
                "since": iso_utc(each.since) if each.since else None,
                "dropped": each.dropped,
                "hours": [
                    {"days": bucket.day_kind.value, "hour": bucket.hour, **_hour(each, bucket, rule)}
                    for bucket in BUCKETS
                ],
            }
            for each in found
        ],
    }


def _hour(each: ZoneProfile, bucket: Bucket, rule: NormalRule) -> dict[str, Any]:
    row = each.profile.get(bucket)
    measures = {}
    for measure in Measure:
        known = each.usual(bucket, measure)
        measures[measure.value] = {
            "blocks": known.counts if known.known else None,
            "learnt_of": known.learnt_of.value,
            "unusual_from": unusual_from(known, rule.unusual, EDGES[measure][1]) if known.known else None,
        }
    return {"blocks": sum(slot.blocks for slot in row.slots) if row else 0, "measures": measures}
