"""Flow: what the console reads of the topics, and writes to them, made of the settings."""

from __future__ import annotations

import asyncio

from console.assemble import FlowParts, Users
from console.audits import AuditedActing, KafkaAudits, ThreadedSending
from console.pictures.kafka import KafkaPictures
from console.projection.cluster.rooms import KafkaActing, KafkaRooms
from console.projection.places.kafka import KafkaPlaces
from console.settings import ConsoleSettings
from console.tiles import TileServer
from streams.clients.audit import AuditTrail
from streams.clients.registry import RegistryFacts
from streams.clock import utc_now
from streams.errors import ConfigurationError
from streams.settings import KafkaSettings, Settings


def flow_parts(settings: Settings, kafka: KafkaSettings, console: ConsoleSettings, users: Users) -> FlowParts:
    """Return what is made of the topics.

    Args:
        settings: Of the pipeline: its registry and rules.
        kafka: The cluster.
        console: Of the console: which rooms.
        users: Who may act in a room.

    Raises:
        ConfigurationError: A file is wrong, no cluster is configured, or the registry has no such room.
    """
    if not kafka.bootstrap_servers:
        raise ConfigurationError("environment", "KAFKA_BOOTSTRAP_SERVERS", "", "host:port of a running cluster")
    facts = RegistryFacts.read(settings)
    for name in filter(None, map(str.strip, console.rooms.split(","))):
        if name not in facts.rooms:
            expected = f"control rooms of the registry: {', '.join(facts.rooms)}"
            raise ConfigurationError("environment", "TOEZICHT_CONSOLE_ROOMS", name, expected)
    places = KafkaPlaces(kafka, facts, console, utc_now)
    rooms = KafkaRooms(kafka, console, places, utc_now)
    acting = KafkaActing(kafka, settings, rooms, utc_now, users)
    sending = ThreadedSending(kafka)
    audits = KafkaAudits(sending, AuditTrail(kafka), utc_now)
    pictures = KafkaPictures(
        kafka, sending, audits,
        room_of=lambda camera: None if camera not in facts.cameras else facts.cameras[camera].room,
        knows=lambda room, alert_id: rooms.known_room(room).alerts.get(alert_id) is not None,
        clock=utc_now, by_itself=console.picture_by_itself,
    )  # fmt: skip
    tiles = TileServer(console.tiles, settings.data / "console" / "tiles")

    async def close_tiles() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await tiles.close()

    beside = (places.run, rooms.run, acting.run, pictures.run, close_tiles)
    return FlowParts(rooms, AuditedActing(acting, audits), pictures, audits, tiles, beside, sending.close)
