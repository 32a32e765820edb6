"""A port for a server that a test starts."""

import socket
from random import SystemRandom

# Below those that systems give to outgoing connections, which would take one before its server does.
OURS = range(10_000, 32_768)
CHANCE = SystemRandom()


def free_port() -> int:
    """A port that nobody uses, and that other runs of the tests are unlikely to choose meanwhile."""
    while True:
        port = CHANCE.choice(OURS)
        with socket.socket() as listener:
            # As servers do, so that connections that just ended do not count.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
