"""An alert's past: kept as its versions come, and read of the topic only where one of them is not known."""

from __future__ import annotations

import json
from datetime import timedelta

from console.projection.alerts.past import Past, version_of
from console.projection.alerts.room_list import KEPT, RoomList
from console.projection.alerts.row import ListRow, row_of
from schemas.alerts import Alert, AlertState
from tests.support.alerts import alert
from tests.support.console.control_room import lived
from tests.support.deciding import Deciding
from tests.support.dispatches import answer, confirmed
from tests.support.messages import NOON, ROOM


def row(made: Alert, offset: int = 0) -> ListRow:
    return row_of(made.model_dump_json().encode(), offset)


def some(revisions: int) -> list[Alert]:
    return [alert(revision=each, changed_at=NOON + timedelta(seconds=each)) for each in range(revisions)]


def test_what_came_is_what_the_topic_tells() -> None:
    """Of a whole lived day, each version with all that the detail says of it."""
    room = lived(60, NOON)
    found, by_alert = RoomList(ROOM), dict[str, list[Alert]]()
    for offset, record in enumerate(each for each in room.records if each.topic == "alert-state" and each.value):
        found.take(record.value or b"", offset)
        made = Alert.model_validate_json(record.value or b"")
        by_alert.setdefault(made.alert_id, []).append(made)
    assert len(by_alert) > 10
    for alert_id, versions in by_alert.items():
        assert found.past.of(alert_id, versions[-1].revision) == tuple(map(version_of, versions))


def test_news_of_partners_is_kept() -> None:
    deciding = Deciding()
    asked = confirmed(deciding)
    answered = answer(deciding, asked.dispatches[0], "en_route")
    past = Past()
    past.fill(
        asked.alert_id, [version_of(asked.model_copy(update={"revision": each})) for each in range(answered.revision)]
    )
    past.note(row(answered))
    whole = past.of(answered.alert_id, answered.revision)
    assert whole is not None
    assert [each.code for each in whole[-1].news] == [answered.dispatches[0].reason.code]


def test_one_that_is_left_out_makes_it_unknown_until_it_is_filled() -> None:
    versions = some(5)
    past = Past()
    for made in (versions[0], versions[1], versions[3], versions[4]):
        past.note(row(made))
    alert_id = versions[0].alert_id
    assert past.of(alert_id, 1) is not None
    assert past.of(alert_id, 4) is None
    past.fill(alert_id, map(version_of, reversed(versions)))
    assert past.of(alert_id, 4) == tuple(map(version_of, versions))


def test_one_that_comes_again_is_known_once() -> None:
    versions = some(3)
    past = Past()
    for made in (*versions, versions[1], versions[2]):
        past.note(row(made))
    assert past.of(versions[0].alert_id, 2) == tuple(map(version_of, versions))


def test_of_another_kind_of_change_the_topic_is_asked() -> None:
    """A newer sender's: it is told as the topic's reader can tell it."""
    document = alert(revision=0).model_dump(mode="json") | {"change": "moved"}
    made = row_of(json.dumps(document).encode(), 0)
    assert made.change == "moved"
    past = Past()
    past.note(made)
    assert past.of(made.alert_id, 0) is None


def test_what_the_list_drops_has_no_past() -> None:
    found = RoomList(ROOM)
    ended = alert(revision=0, state=AlertState.CLOSED, changed_at=NOON)
    found.take(ended.model_dump_json().encode(), 0)
    assert found.past.of(ended.alert_id, 0) is not None
    assert found.forget(NOON + KEPT + timedelta(seconds=1)) == 1
    assert found.past.of(ended.alert_id, 0) is None
