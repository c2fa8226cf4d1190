"""Normal profiles, as `corroborate` learns and keeps them.

- `block/<camera>`: the block of ten minutes that is open, up to where blocks were learnt, and what was reported lately;
- `normal/<camera>/<zone>/<bucket>`: what is usual in a zone at an hour; `*` is the whole view;
- `due/…`, tasks `learn:` and `forget:`: when a block is learnt, when the oldest week of a profile goes.

A block's seconds are those that the stage keeps anyway (`seen/…`): nothing more is written until it is learnt, half an hour after
its end, so that a report that comes until then still keeps it from that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Annotated, Final
from zlib import crc32

from pydantic import Field

from schemas.base import Part, Utc
from streams.domain.cameras.registry import Camera
from streams.domain.canary import is_canary
from streams.domain.corroboration.history import Moment
from streams.domain.normal.block import REPORTED, block_of, teaches
from streams.domain.normal.hours import BLOCK, Bucket, block_start, bucket_of
from streams.domain.normal.measure import Sizes
from streams.domain.normal.profile import KEPT, Fingerprint, ProfileRow, fingerprint, usable, with_block, without_old
from streams.stages.base import Rows
from streams.stages.timers import Timers

TASKS: Final = frozenset({"learn", "forget"})
"""What `due` entries are handed to `NormalProfiles.due`."""
VIEW: Final = "*"
"""Stands for a camera's whole view in a row's name; no zone is named so."""
LEARNT_AFTER: Final = REPORTED + timedelta(minutes=1)
"""How long after its end a block is learnt; reports that come later cannot be unlearnt."""
SPREAD_S: Final = 240
"""Cameras learn their blocks one after the other within this time, not all at one tick."""
AHEAD: Final = timedelta(minutes=2)
"""A second that lies further ahead is a clock that is wrong: it teaches nothing."""
REPORTS_AT_MOST: Final = 50
"""Reports that are remembered of one camera, the newest: those of which each keeps other blocks from being learnt, until all of
those were looked at, so that a worker that was away for a day forgets none. [own]"""


class BlockRow(Part):
    """The open block of a camera. No block up to and including `learnt` is learnt again, whatever a clock says."""

    start: Utc | None = None
    learnt: Utc | None = None
    reported: Annotated[tuple[Utc, ...], Field(max_length=REPORTS_AT_MOST)] = ()


class NormalProfiles:
    """The normal profiles of a stage's cameras."""

    def __init__(self, time_zone: tzinfo, due_bucket_s: int) -> None:
        """Take the zone of local hours, and the stage's bucket of due entries."""
        self._zone = time_zone
        self._due_bucket_s = due_bucket_s
        self._made_with: dict[str, tuple[Camera, Fingerprint]] = {}

    def watched(self, camera_id: str, second: datetime, rows: Rows, now: datetime) -> None:
        """Note that a camera was watched in a second: the first of a block opens it."""
        name = _block_name(camera_id)
        row = rows.get(name, BlockRow) or BlockRow()
        open_since = row.start or row.learnt
        if (open_since is not None and second < open_since + BLOCK) or second > now + AHEAD or is_canary(camera_id):
            return
        start = block_start(second)
        rows.put(name, row.model_copy(update={"start": start}))
        at = start + BLOCK + LEARNT_AFTER + timedelta(seconds=crc32(camera_id.encode()) % SPREAD_S)
        Timers(rows, self._due_bucket_s).add(at, f"learn:{camera_id}/{int(start.timestamp())}")

    def reported(self, camera_id: str, occurred_at: datetime, rows: Rows, now: datetime) -> None:
        """Note that a report asked a camera: what it shows around then teaches nothing. A canary's view is never learnt."""
        if is_canary(camera_id):
            return
        name = _block_name(camera_id)
        row = rows.get(name, BlockRow) or BlockRow()
        oldest = (row.learnt or now - KEPT) + BLOCK - REPORTED
        kept = _apart(at for at in (*row.reported, occurred_at) if at > oldest)[-REPORTS_AT_MOST:]
        if kept != row.reported:
            rows.put(name, row.model_copy(update={"reported": kept}))

    def due(
        self,
        task: str,
        name: str,
        cameras: Callable[[str], Camera | None],
        look_back: Callable[[str, str, datetime, datetime], Iterable[Moment]],
        rows: Rows,
        now: datetime,
    ) -> None:
        """Learn the block, or forget the weeks, that are due.

        Args:
            task: `learn` or `forget`.
            name: The camera and the start of a block, or the name of a profile's row.
            cameras: The registry's camera of an id.
            look_back: What a camera's zone showed between two moments.
            rows: The partition's.
            now: The time of the tick.
        """
        if task == "forget":
            self._forget(name, rows, now)
            return
        camera_id, _, start_s = name.rpartition("/")
        camera = cameras(camera_id)
        if camera is None:  # it left the registry
            rows.delete(_block_name(camera_id))
        else:
            self._learn(camera, datetime.fromtimestamp(int(start_s), UTC), look_back, rows, now)

    def profile(self, camera: Camera, rows: Rows, now: datetime) -> Callable[[Bucket], ProfileRow | None]:
        """Return what is usual in a camera's view, by bucket; without weeks that are too old and wait to be forgotten."""
        made_with, found = self._fingerprint(camera), dict[Bucket, ProfileRow | None]()

        def of(bucket: Bucket) -> ProfileRow | None:
            if bucket not in found:
                row = usable(rows.get(row_name(camera.id, None, bucket), ProfileRow), made_with)
                found[bucket] = row and without_old(row, now)
            return found[bucket]

        return of

    def _fingerprint(self, camera: Camera) -> Fingerprint:
        """Return what a camera's whole view is learnt with, which is worked out once for each camera of a registry."""
        known = self._made_with.get(camera.id)
        if known is None or known[0] is not camera:
            known = self._made_with[camera.id] = camera, fingerprint(camera, None)
        return known[1]

    def bucket(self, moment: datetime) -> Bucket:
        """Return the bucket of a moment."""
        return bucket_of(moment, self._zone)

    def _learn(
        self,
        camera: Camera,
        start: datetime,
        look_back: Callable[[str, str, datetime, datetime], Iterable[Moment]],
        rows: Rows,
        now: datetime,
    ) -> None:
        row = rows.get(_block_name(camera.id), BlockRow)
        if row is None or (row.learnt is not None and start <= row.learnt):
            return
        rows.put(_block_name(camera.id), row.model_copy(update={"learnt": start}))
        view: dict[datetime, Sizes] = {}
        for zone in camera.zones:
            shown = [
                moment
                for moment in look_back(camera.id, zone.id, start, start + BLOCK - timedelta(seconds=1))
                if moment.seen.visible and not moment.seen.degraded
            ]
            view |= {moment.at: moment.seen.view for moment in shown if moment.seen.view is not None}
            self._keep(
                camera, zone.id, start, (moment.measures or _counted(moment) for moment in shown), row, rows, now
            )
        self._keep(camera, None, start, view.values(), row, rows, now)

    def _keep(
        self,
        camera: Camera,
        zone_id: str | None,
        start: datetime,
        seconds: Iterable[Sizes],
        row: BlockRow,
        rows: Rows,
        now: datetime,
    ) -> None:
        block = block_of(start, seconds)
        if not teaches(block, row.reported):
            return
        name = row_name(camera.id, zone_id, self.bucket(start))
        learnt = with_block(rows.get(name, ProfileRow), block, fingerprint(camera, zone_id), self._zone)
        after = without_old(learnt, now)
        if after is None:  # nobody was there to learn it for weeks
            return
        rows.put(name, after)
        # Noted again with each block: a changelog keeps the note no longer than the row then, whoever stops for weeks.
        Timers(rows, self._due_bucket_s).add(after.forgets_at, f"forget:{name}")

    def _forget(self, name: str, rows: Rows, now: datetime) -> None:
        """Drop the weeks of a profile that are too old, and come back for the next; the row itself with the last."""
        row = rows.get(name, ProfileRow)
        if row is None:
            return
        kept = without_old(row, now)
        if kept is None:
            rows.delete(name)
            return
        if kept.slots != row.slots:
            rows.put(name, kept)
        Timers(rows, self._due_bucket_s).add(kept.forgets_at, f"forget:{name}")


def _counted(moment: Moment) -> Sizes:
    """Return what a second tells of a zone where its sender knows no measures."""
    return (moment.seen.persons, None, None, None, moment.seen.dwell_s)


def profile_rows(rows: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, str, str, bytes]]:
    """Yield the camera, the zone, the bucket and the bytes of each profile among rows by name."""
    for name, raw in rows:
        kind, *parts = name.split("/")
        if kind == "normal" and len(parts) == 3:
            yield parts[0], parts[1], parts[2], raw


def _apart(reported: Iterable[datetime]) -> tuple[datetime, ...]:
    """Return reported times in order, without those that lie so between two others that they keep no other block back."""
    kept: list[datetime] = []
    for at in sorted(set(reported)):
        if len(kept) > 1 and at - kept[-2] <= 2 * REPORTED + BLOCK:
            kept.pop()
        kept.append(at)
    return tuple(kept)


def _block_name(camera_id: str) -> str:
    return f"block/{camera_id}"


def row_name(camera_id: str, zone_id: str | None, bucket: Bucket) -> str:
    """Return the name of a profile's row; of no zone it is the whole view's."""
    return f"normal/{camera_id}/{zone_id or VIEW}/{bucket}"
