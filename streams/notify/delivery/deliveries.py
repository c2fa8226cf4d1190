"""Deliveries: what waits for one target, what is due now, and what becomes of it; no clock is read, nothing sent.

- Messages about one alert leave in the order in which they came, one at a time; alerts do not wait for each other.
- What fails is tried again after an exponential wait with full jitter, and not before the target's own `Retry-After`. A
  circuit breaker
  leaves a target alone that fails for all.
- What cannot be delivered within `give_up_after_s` is set aside with the last reason; so is at once what the target refuses
  for what it says.
- Quiet hours hold what is less pressing, together with what came after it about the same alert, unless that is pressing:
  then all of it leaves.
- Over the rate, all that waits leaves as one group; a P1 and a dispatch leave by themselves at once.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from schemas.categories import Priority
from streams.notify.delivery.backoff import full_jitter_s
from streams.notify.delivery.breaker import Breaker
from streams.notify.delivery.outcome import Outcome, OutcomeReason
from streams.notify.notice import Notice

MOST_WAITING: Final = 5_000
"""Messages of one target that are kept; then no more are read of its topics until some are done."""
MOST_HELD: Final = 2_000
"""Of those, what quiet hours may hold; what comes beyond leaves in spite of them, so that a P1 is never behind what is held."""
MOST_IN_A_GROUP: Final = 100
FIRST_RETRY_S: Final = 0.5
LONGEST_RETRY_S: Final = 60.0
TRIED_AT_LEAST_S: Final = 600.0
"""How long this process tries before it gives up what was old when it was read (s): after an outage of its own, all would be."""
_ORDER: Final = {Priority.P1: 0, None: 0, Priority.P2: 1, Priority.P3: 2, Priority.P4: 3}
Place = tuple[str, int, int]
"""Topic, partition and offset."""


@dataclass(slots=True, eq=False)
class Delivery:
    """Delivery: a message on its way to one target; all times are seconds since 1970."""

    notice: Notice
    place: Place
    taken_s: float
    offered_s: float
    held_until_s: float = 0.0
    attempts: int = 0
    again_s: float = 0.0
    alone: bool = False
    reason: OutcomeReason | None = None


class Settled(NamedTuple):
    """Settled: what is done with: delivered, or set aside with its reason."""

    delivery: Delivery
    delivered: bool
    reason: OutcomeReason


@dataclass(slots=True)
class _Rate:
    """Rate: a bucket of tokens, one per message, filled evenly."""

    per_minute: int | None
    tokens: float = field(init=False)
    filled_s: float | None = None

    def __post_init__(self) -> None:
        self.tokens = float(self.per_minute or 0)

    def fill(self, now_s: float) -> float:
        """Return how many messages may leave."""
        assert self.per_minute is not None
        passed_s = max(0.0, now_s - self.filled_s) if self.filled_s is not None else 0.0
        self.tokens = min(float(self.per_minute), self.tokens + passed_s * self.per_minute / 60.0)
        self.filled_s = now_s
        return self.tokens

    def wait_s(self) -> float:
        """Return how long until the next may leave (s)."""
        assert self.per_minute is not None
        return max(0.0, 1.0 - self.tokens) * 60.0 / self.per_minute


class Deliveries:
    """Deliveries: what waits for one target.

    Args:
        random: Returns a number from 0 to 1.
        at_once: How many attempts may be under way.
        give_up_after_s: After what time from the broker's taking it a message is set aside (s).
        per_minute: How many messages the target takes in a minute; None for any number.
    """

    def __init__(
        self,
        random: Callable[[], float],
        at_once: int,
        give_up_after_s: float,
        per_minute: int | None = None,
    ) -> None:
        self._random = random
        self._at_once = at_once
        self._give_up_after_s = give_up_after_s
        self._rate = _Rate(per_minute)
        self._queues: OrderedDict[str, deque[Delivery]] = OrderedDict()
        self._under_way: set[str] = set()
        self._batches = 0
        self._count = 0
        self.breaker = Breaker(random)

    def __len__(self) -> int:
        """Return how many messages wait or are under way."""
        return self._count

    @property
    def full(self) -> bool:
        """Return whether no more should be read."""
        return len(self) >= MOST_WAITING

    @property
    def under_way(self) -> int:
        """Return how many attempts are under way."""
        return self._batches

    def held(self, now_s: float) -> int:
        """Return how many messages quiet hours hold."""
        return sum(each.held_until_s > now_s for queue in self._queues.values() for each in queue)

    def oldest_s(self, now_s: float) -> float | None:
        """Return since when the oldest message waits that nothing holds on purpose (s since 1970); None for none."""
        waiting = (each.taken_s for queue in self._queues.values() for each in queue if each.held_until_s <= now_s)
        return min(waiting, default=None)

    def offer(self, delivery: Delivery, now_s: float) -> None:
        """Take a message; those about one alert come in their order."""
        queue = self._queues.setdefault(delivery.notice.alert_id, deque())
        queue.append(delivery)
        self._count += 1
        if delivery.notice.routed.pressing:  # what was held about this alert would be before it
            for each in queue:
                each.held_until_s = 0.0
        elif delivery.held_until_s > now_s and self.held(now_s) > MOST_HELD:
            delivery.held_until_s = 0.0

    def due(self, now_s: float) -> list[tuple[Delivery, ...]]:
        """Return what is to leave now, each group as one message; it is under way from now on, until it is settled."""
        admitted = self.breaker.admits(now_s)
        room = self._at_once - self._batches
        if admitted is not None:
            room = min(room, admitted)
        if room <= 0:
            return []
        ready = sorted(self._ready(now_s), key=self._order)
        batches: list[tuple[Delivery, ...]] = []
        calm: list[Delivery] = []
        for each in ready:
            if self._rate.per_minute is None or self._pressing(each):
                batches.append((each,))
            else:
                calm.append(each)
        if calm:
            batches += self._rated(calm, now_s, room - len(batches))
        batches = batches[:room]
        for batch in batches:
            self._under_way.update(each.notice.alert_id for each in batch)
            self._batches += 1
            self.breaker.left()
        return batches

    def settle(self, batch: tuple[Delivery, ...], outcome: Outcome, now_s: float) -> list[Settled]:
        """Take what became of an attempt, and return what is done with."""
        self._batches -= 1
        self._under_way.difference_update(each.notice.alert_id for each in batch)
        if outcome.delivered:
            if self.breaker.succeeded():
                self._at_once_again()
            return [self._done(each, True, outcome.reason) for each in batch]
        if outcome.final:
            self.breaker.succeeded()  # it answered
            if len(batch) == 1:
                return [self._done(batch[0], False, outcome.reason)]
            for each in batch:  # which of them it refuses shows when each comes by itself
                each.alone = True
            return []
        self.breaker.failed(now_s, outcome.retry_after_s)
        for each in batch:
            wait_s = full_jitter_s(each.attempts, FIRST_RETRY_S, LONGEST_RETRY_S, self._random)
            each.attempts += 1
            each.again_s, each.reason = now_s + max(wait_s, outcome.retry_after_s), outcome.reason
        return []

    def expire(self, now_s: float) -> list[Settled]:
        """Return what is given up, with the last reason: its own, or that of what was tried in its place."""
        late = [
            each
            for alert_id, queue in self._queues.items()
            if alert_id not in self._under_way
            for each in queue
            if now_s - each.taken_s >= self._give_up_after_s
            and now_s - each.offered_s >= min(TRIED_AT_LEAST_S, self._give_up_after_s)
            and each.held_until_s <= now_s
            and (each.attempts or self.breaker.open)
        ]
        return [self._done(each, False, each.reason or OutcomeReason.UNREACHABLE) for each in late]

    def wake_s(self, now_s: float) -> float | None:
        """Return in how many seconds something may be due; None where only news, or the end of an attempt, makes it so."""
        if self._batches >= self._at_once:
            return None
        if self.breaker.open:
            reopens_s = self.breaker.reopens_s
            return None if reopens_s is None or not self._queues else max(0.0, reopens_s - now_s)
        waits = [
            max(queue[0].again_s, queue[0].held_until_s) - now_s
            for alert_id, queue in self._queues.items()
            if alert_id not in self._under_way
        ]
        if not waits:
            return None
        soonest_s = max(0.0, min(waits))
        return max(soonest_s, self._rate.wait_s()) if self._rate.per_minute is not None else soonest_s

    def _ready(self, now_s: float) -> Iterator[Delivery]:
        probing = self.breaker.open  # whoever asks for all need not wait for a turn of its own
        for alert_id, queue in self._queues.items():
            head = queue[0]
            if alert_id not in self._under_way and head.held_until_s <= now_s and (probing or head.again_s <= now_s):
                yield head

    def _rated(self, calm: list[Delivery], now_s: float, room: int) -> list[tuple[Delivery, ...]]:
        """Return what may leave by the rate: each by itself while there are as many turns, else all as one group."""
        tokens = self._rate.fill(now_s)
        if tokens < 1.0 or room <= 0:
            return []
        waiting = sum(len(self._queues[each.notice.alert_id]) for each in calm)
        if waiting <= tokens or len(calm) == 1 == waiting or any(each.alone for each in calm):
            taken = calm[: min(room, int(tokens))]
            self._rate.tokens -= len(taken)
            return [(each,) for each in taken]
        self._rate.tokens -= 1.0
        group: list[Delivery] = []
        for each in calm:
            for other in self._queues[each.notice.alert_id]:
                if len(group) == MOST_IN_A_GROUP:
                    return [tuple(group)]
                if other.held_until_s > now_s:
                    break
                group.append(other)
        return [tuple(group)]

    def _done(self, delivery: Delivery, delivered: bool, reason: OutcomeReason) -> Settled:
        queue = self._queues[delivery.notice.alert_id]
        queue.remove(delivery)
        self._count -= 1
        if not queue:
            del self._queues[delivery.notice.alert_id]
        return Settled(delivery, delivered, reason)

    def _at_once_again(self) -> None:
        """Let all that waits leave now: the target is back."""
        for queue in self._queues.values():
            for each in queue:
                each.again_s = 0.0

    def _pressing(self, head: Delivery) -> bool:
        """Return whether a message, or one that waits behind it for its turn, may not be held."""
        return any(each.notice.routed.pressing for each in self._queues[head.notice.alert_id])

    def _order(self, head: Delivery) -> tuple[int, float]:
        """Return the order in which messages leave: what presses first, then the oldest."""
        return (0 if self._pressing(head) else _ORDER[head.notice.priority]), head.taken_s
