"""Requiring: a process holds at its start that it may do all that it will do: it ends with one line, and not in the middle."""

from __future__ import annotations

from functools import reduce
from operator import or_

from streams.kafka.access.acls import Needs
from streams.kafka.access.admission import require_access
from streams.rights.processes import PROCESSES
from streams.settings import KafkaSettings


def require_rights(kafka: KafkaSettings, *names: str) -> None:
    """Hold that this client may do what these processes do; a cluster that does not answer, or asks nobody, is not judged.

    Args:
        kafka: The cluster, and who comes.
        names: The processes that this one is: the stages of a worker, for example.

    Raises:
        AccessError: It may not; one line names the user, the right and the topic.
    """
    require_access(kafka, reduce(or_, (PROCESSES[name] for name in names), Needs()))
