"""PostgreSQL and Valkey from wheels, with a small supervisor."""

from parley.embedded.folder import CannotStart, Folder, find
from parley.embedded.start import Servers, attach, servers

__all__ = ["CannotStart", "Folder", "Servers", "attach", "find", "servers"]
