"""The errors of an outage of the database, or of one of its limits."""

import asyncpg

from parley.platform.db.engine import expire_connections

# The connection is lost, or leads to a read-only server. The other connections may be too.
LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    # A statement was sent while its connection was being closed.
    asyncpg.InternalClientError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.ReadOnlySQLTransactionError,
    ConnectionError,
    TimeoutError,
)
# The server works, but this statement hit a limit of time, memory, disk or locks.
TOO_MUCH = (
    asyncpg.InsufficientResourcesError,
    asyncpg.QueryCanceledError,
    asyncpg.LockNotAvailableError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
)
# Nothing was saved, and trying again later can work.
OUTAGES = (*LOST, *TOO_MUCH)


def expire_after(error: Exception) -> None:
    """Replace all connections after an error that may concern all of them.

    After other errors new connections would only add to the server's load.
    """
    if isinstance(error, LOST):
        expire_connections()
