"""How many more requests a program may make, as the API says it (draft-ietf-httpapi-ratelimit-headers-10)."""

from collections.abc import Iterable
from contextvars import ContextVar

import msgspec


class Quota(msgspec.Struct, frozen=True):
    """A limit of `most` uses in `seconds`: `left` may be made now, and more in `wait` seconds.

    `is_used` says that the current request is one of the uses; otherwise the limit refused it.
    """

    name: str
    most: int
    seconds: int
    left: int
    wait: int
    is_used: bool = True


# Of each group of limits that the current request was counted against, the one that will be reached first. Only the
# API, which answers with them, sets the list.
used: ContextVar[list[Quota] | None] = ContextVar("used", default=None)


def add(quota: Quota) -> None:
    """Have the answer to the current request of the API say what is left of a limit."""
    quotas = used.get()
    if quotas is not None:
        quotas.append(quota)


def after_refusal(quotas: Iterable[Quota]) -> list[Quota]:
    """Return the limits after the request was refused and its uses were given back."""
    return [msgspec.structs.replace(quota, left=quota.left + quota.is_used, is_used=False) for quota in quotas]


def headers(quotas: Iterable[Quota]) -> dict[str, str]:
    """Return the headers that name each limit and what is left of it, without its subject (`post:account`: `post`).

    Of limits with the same name, the nearest is told: that with the fewest uses left, or the longest wait.
    """
    named: dict[str, Quota] = {}
    for quota in quotas:
        name = quota.name.partition(":")[0]
        named[name] = min(named.get(name, quota), quota, key=lambda one: (one.left, -one.wait))
    if not named:
        return {}
    return {
        "RateLimit-Policy": ", ".join(f'"{name}";q={quota.most};w={quota.seconds}' for name, quota in named.items()),
        "RateLimit": ", ".join(f'"{name}";r={quota.left};t={quota.wait}' for name, quota in named.items()),
    }
