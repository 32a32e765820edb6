"""The least that speaks for a comment before a digest recommends it. An empty digest is better than a poor one."""

# A comment by an account that was younger than this when it was written is in no digest.
YOUNGEST_ACCOUNT_MINUTES = 60
# Votes "worth reading" and replies by others, together, before a comment is recommended.
FEWEST_SIGNS = 1
# What is about the reader or what they follow is no recommendation, and an open question has no answer by definition.
NEEDS_NO_SIGN = frozenset({"reply", "mention", "followed", "question"})


def is_good_enough(kind: str, account_minutes: int | None, ups: int, replies: int) -> bool:
    """Whether a comment may stand in a digest as an item of this `kind`.

    `account_minutes` is the age of its author's account when it was written; None where there is no account.
    """
    if account_minutes is not None and account_minutes < YOUNGEST_ACCOUNT_MINUTES:
        return False
    return kind in NEEDS_NO_SIGN or ups + replies >= FEWEST_SIGNS
