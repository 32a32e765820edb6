"""A limit of how often something may be done, and a use of it. Which limits there are: ratelimit.py."""

import msgspec

from parley.platform.networks import NETWORK_HOSTS
from parley.platform.quotas import Quota
from parley.platform.text.messages import N_, Message
from parley.platform.token_buckets import Withdrawal

EVERYBODY = "all"
TOO_OFTEN = N_("You did that too often in a short time. Please try again in {time}.")


class Limit(msgspec.Struct, frozen=True):
    """At most `most` uses at once, and as many again in `seconds`.

    While Redis is down, a `strict` limit is counted in PostgreSQL, and the others allow everything. A `strict` limit is
    exact; from the others, processes lease tokens (leases.py). A `shared` limit, of many accounts or networks together,
    first serves those who have used little of their own limits, which stand before it in `take_all` (token_buckets.py).
    A limit of a host implies one of its network (`of_network`).
    """

    name: str
    most: int
    seconds: int
    strict: bool = False
    reached: Message = TOO_OFTEN
    shared: bool = False

    @property
    def of_network(self) -> "Limit":
        """The limit of a host's network, where this is a host's."""
        name = self.name.replace("host", "network")
        return msgspec.structs.replace(self, name=name, most=NETWORK_HOSTS * self.most, shared=True)

    def quota(self, left: int, wait: int | None = None) -> Quota:
        """Say that `left` uses are left, and that there are more in `wait` seconds."""
        is_used = wait is None
        return Quota(self.name, self.most, self.seconds, left, self.seconds if wait is None else wait, is_used)


class Use(msgspec.Struct, frozen=True):
    """The tokens that an action takes from one bucket: that of an account, of a host, of a network or of EVERYBODY."""

    limit: Limit
    subject: str
    cost: int = 1

    @property
    def withdrawal(self) -> Withdrawal:
        limit = self.limit
        key = key_of(limit, self.subject)
        return Withdrawal(key, limit.most, limit.seconds, self.cost, limit.shared, not limit.strict)


def key_of(limit: Limit, subject: str) -> str:
    return f"limit:{limit.name}:{subject}"
