"""What members may do with their own accounts."""

from parley.accounts.queries import Account
from parley.accounts.states import MAY_SIGN_IN
from parley.core.errors import Forbidden


class Suspended(Forbidden):
    """The member gave the right password but is suspended. They may read why, and appeal."""

    def __init__(self, message: str, member: int) -> None:
        super().__init__(message)
        self.member = member


def may_sign_in(account: Account) -> None:
    """Raise Forbidden for a suspended or closed account, after the right password was given."""
    if account.state == "suspended":
        until = f" until {account.state_until:%-d %B %Y, %H:%M} UTC" if account.state_until else ""
        why = f" The reason: {account.state_reason}" if account.state_reason else ""
        raise Suspended(f"This account is suspended{until}, so it cannot be used to sign in.{why}", account.id)
    if account.state not in MAY_SIGN_IN:
        raise Forbidden("This account was closed, so it cannot be used to sign in.")
