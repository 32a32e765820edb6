"""What other features want to happen with a member; app.py and worker.py fill it in."""

from collections.abc import Awaitable, Callable

# Called with the member's id, in the transaction that confirms the address.
when_verified: list[Callable[[int], Awaitable[None]]] = []

# Called with the id of somebody suspended who gave their password: the address where they can read why, and appeal.
where_to_appeal: list[Callable[[int], Awaitable[str | None]]] = []
