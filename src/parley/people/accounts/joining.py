"""Signing up: who may, and protection against automated sign-ups. signups/ decides about single members."""

from time import time
from typing import Literal

import msgspec

from parley.people.accounts import proof_of_work, queries
from parley.people.accounts.proof_of_work import EASY, HARD, ProofOfWorkNeeded
from parley.platform import db, ratelimit
from parley.platform.errors import Refused
from parley.platform.limit import EVERYBODY, Use
from parley.platform.networks import Source
from parley.platform.settings import settings
from parley.platform.signing import is_signature, sign
from parley.platform.text.messages import N_

Mode = Literal["open", "invited", "approved", "closed"]

# A person needs longer to fill the form in.
SHORTEST_SECONDS = 3
LONGEST_SECONDS = 86_400
FEWEST_IN_RUSH = 30

TOO_QUICK = N_(
    "This form was sent within three seconds, as programs do, or it was open for more than a day. Please type your "
    "password, and send it again."
)
RUSH = N_(
    "Many accounts are being created right now. Please type your password and send the form again: your browser then "
    "does a short calculation first."
)


class Terms(msgspec.Struct, frozen=True):
    """Who may sign up, and the name of the member whose invitation somebody has."""

    mode: Mode = "open"
    invited_by: str | None = None

    @property
    def lets_in(self) -> bool:
        return self.mode in ("open", "approved") or (self.mode == "invited" and self.invited_by is not None)


class SignUpContext(msgspec.Struct, frozen=True):
    """What comes with a sign-up: the token of an invitation, and a message to the moderators."""

    invitation: str = ""
    message: str = ""
    # Whether a moderator must approve them, even while everybody may sign up: they did no proof of work (by_hand.py).
    is_doubtful: bool = False
    # The answer to a challenge; None if the form asks for none.
    answer: str | None = None


class NotAdmitted(Refused):
    """This kind of sign-up is closed at present."""


def opening_time() -> str:
    """The time now, signed: when a form was opened."""
    now = str(int(time()))
    return f"{now}.{sign('form', now.encode()).hex()}"


def is_too_quick(value: str) -> bool:
    """Whether a form was opened a moment ago, long ago, or never. On localhost programs may fill it in."""
    if settings().local:
        return False
    then, _, signature = value.partition(".")
    if not (then.isascii() and then.isdigit() and is_signature("form", then.encode(), signature)):
        return True
    return not SHORTEST_SECONDS <= time() - int(then) <= LONGEST_SECONDS


async def take(context: SignUpContext, mailbox: str, of: Source, *, is_confirmed: bool) -> None:
    """Count a sign-up with an address, from a host and its network.

    Raises ProofOfWorkNeeded when five times as many sign up as usual, or many with this address or from this host. A
    right answer to the challenge is enough, and so is a mailed link before a moderator decides (`is_doubtful`). Raises
    TooMany above the limits for right answers.
    """
    await ratelimit.take_all(ratelimit.of_source(ratelimit.SIGN_UP_HERE, of, mailbox))
    everybody = Use(ratelimit.SIGN_UP_ALL, EVERYBODY)
    # Enough, without a form that asks for it.
    bits = HARD if context.answer is None else await proof_of_work.bits_of(context.answer, mailbox)
    if context.is_doubtful:
        bits = max(bits, EASY)
    steps = [[*ratelimit.of_source(limit, of), everybody] for limit in ratelimit.SIGN_UP_HOST]
    await proof_of_work.take(steps, key=mailbox, bits=bits, why=RUSH)
    if not is_confirmed:
        of_address = [[Use(limit, mailbox)] for limit in (ratelimit.SIGN_UP_ADDRESS, ratelimit.SIGN_UP_PROVEN)]
        await proof_of_work.take(of_address, key=mailbox, bits=bits, why=RUSH)
    if not bits and settings().limits and await db.value(queries.IS_RUSH, FEWEST_IN_RUSH):
        raise ProofOfWorkNeeded(RUSH, mailbox)
