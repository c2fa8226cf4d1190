"""Hours: the 96 buckets of a normal profile, and the blocks of ten minutes that are counted in them, in local time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from functools import cache
from typing import Final, NamedTuple

BLOCK_S: Final = 600
"""Ten minutes: the window of a robbery or a fight, in which cameras look for what was reported."""
BLOCK: Final = timedelta(seconds=BLOCK_S)
HOURS: Final = 24


class DayKind(StrEnum):
    """Day kind: days that are alike. A holiday counts as the day of the week that it is."""

    MON_THU = "mon-thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


class Bucket(NamedTuple):
    """Bucket: an hour of a kind of day, in local time. An hour that a summer time repeats counts twice, one that it skips not."""

    day_kind: DayKind
    hour: int

    def __str__(self) -> str:
        """Return it as it stands in the name of a row: `fri.23`."""
        return f"{self.day_kind.value}.{self.hour:02d}"


BUCKETS: Final = tuple(Bucket(kind, hour) for kind in DayKind for hour in range(HOURS))
_KINDS: Final = (DayKind.MON_THU,) * 4 + (DayKind.FRI, DayKind.SAT, DayKind.SUN)


def bucket_of(moment: datetime, zone: tzinfo) -> Bucket:
    """Return the bucket of a moment; a block counts in the one in which it begins."""
    local = moment.astimezone(zone)
    return Bucket(_KINDS[local.weekday()], local.hour)


def week_of(moment: datetime, zone: tzinfo) -> int:
    """Return the number of a moment's week, which begins on Monday in local time; the next week's is one more."""
    local = moment.astimezone(zone)
    return (local.toordinal() - 1) // 7


def block_start(moment: datetime) -> datetime:
    """Return the start of the block that holds a moment: ten minutes as the clock shows them."""
    epoch_s = int(moment.timestamp())
    return datetime.fromtimestamp(epoch_s - epoch_s % BLOCK_S, UTC)


@cache
def hours_apart(bucket: Bucket, apart: int) -> tuple[Bucket, ...]:
    """Return the buckets that many hours before and after one, of the same kind of day."""
    hours = {bucket.hour - apart, bucket.hour + apart}
    return tuple(Bucket(bucket.day_kind, hour) for hour in sorted(hours) if 0 <= hour < HOURS)
