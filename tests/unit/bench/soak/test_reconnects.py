"""The relay passes a camera's connections on, and cuts them; a camera that comes again is passed on again."""

from __future__ import annotations

import socket
import threading

from bench.soak.reconnects import Relay


def answering(listener: socket.socket) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            while part := connection.recv(100):
                connection.sendall(part.upper())


def test_a_connection_is_passed_on_until_it_is_cut() -> None:
    """Both ways; after the cut it has ended, and the next one is new."""
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=answering, args=(listener,), daemon=True).start()
    relay = Relay("127.0.0.1", listener.getsockname()[1])
    for number in range(1, 4):
        with socket.create_connection(("127.0.0.1", relay.port), timeout=10) as client:
            client.sendall(b"describe")
            assert client.recv(100) == b"DESCRIBE"
            assert relay.taken == number
            relay.cut()
            assert client.recv(100) == b""
        assert relay.cuts == number
    relay.close()
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


def test_a_camera_that_is_away_ends_the_connection() -> None:
    """As it would without the relay: capture tries again."""
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    relay = Relay("127.0.0.1", port)
    with socket.create_connection(("127.0.0.1", relay.port), timeout=10) as client:
        assert client.recv(100) == b""
    assert relay.taken == 0
    relay.close()
