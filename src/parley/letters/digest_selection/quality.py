"""The minimum quality of a comment that a digest recommends. An empty digest is better than a poor one."""

# Comments written by younger accounts are never included.
YOUNGEST_ACCOUNT_MINUTES = 60
# The sum of votes "worth reading" and replies by others that a recommended comment needs.
FEWEST_RESPONSES = 1
# These kinds are no recommendations, and an open question has no replies by definition.
NEEDS_NO_RESPONSE = frozenset({"reply", "mention", "followed", "question"})


def is_worth_featuring(kind: str, account_minutes: int | None, ups: int, replies: int) -> bool:
    """Whether a digest may include a comment as an item of this `kind`.

    `account_minutes` is the age of its author's account when it was written, None if there is no account.
    """
    if account_minutes is not None and account_minutes < YOUNGEST_ACCOUNT_MINUTES:
        return False
    return kind in NEEDS_NO_RESPONSE or ups + replies >= FEWEST_RESPONSES
