"""What members may do with their own accounts."""

from datetime import UTC, datetime

from parley.people.accounts.queries import Account
from parley.people.accounts.states import LEFT, MAY_SIGN_IN
from parley.platform.errors import Forbidden
from parley.platform.text.formats import clock
from parley.platform.text.messages import N_, Message, join


class Suspended(Forbidden):
    """The member gave the right password but is suspended. They may read why, and appeal."""

    def __init__(self, message: Message, member: int) -> None:
        super().__init__(message)
        self.member = member


def require_sign_in_allowed(account: Account) -> None:
    """Raise Forbidden for a suspended or closed account, after the right password was given."""
    if account.state == "suspended":
        raise Suspended(_why_suspended(account), account.id)
    if account.state not in (*MAY_SIGN_IN, LEFT) or is_being_erased(account):
        raise Forbidden(N_("This account was closed, so nobody can sign in to it."))


def is_being_erased(account: Account) -> bool:
    """Whether the member's erasure has begun. It may not have ended yet."""
    return account.erase_at is not None and account.erase_at <= datetime.now(UTC)


def _why_suspended(account: Account) -> Message:
    until = account.state_until
    what = (
        N_("This account is suspended until {day}, {time}, so it cannot be used to sign in.").format(
            day=until, time=clock(until)
        )
        if until
        else N_("This account is suspended, so it cannot be used to sign in.")
    )
    why = account.state_reason
    return join(" ", [what, N_("The reason: {reason}").format(reason=why)]) if why else what
