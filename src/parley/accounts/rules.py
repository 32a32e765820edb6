"""What members may do with their own accounts."""

from parley.accounts.queries import Account
from parley.core.errors import Forbidden

# Those who may sign in. The others are told why, once they have proved who they are.
MAY_SIGN_IN = {"unverified", "active", "silenced"}


def may_sign_in(account: Account) -> None:
    """Raise Forbidden for whoever gave the right password and may not come in all the same."""
    if account.state == "suspended":
        until = f" until {account.state_until:%-d %B %Y}" if account.state_until else ""
        raise Forbidden(f"This account is suspended{until}, so it cannot be used to sign in.")
    if account.state not in MAY_SIGN_IN:
        raise Forbidden("This account was closed, so it cannot be used to sign in.")
