"""PostgreSQL and Valkey from wheels, with a small supervisor."""

from parley.platform.local_servers.folder import CannotStart, Folder, find
from parley.platform.local_servers.start import Servers, attach, servers

__all__ = ["CannotStart", "Folder", "Servers", "attach", "find", "servers"]
