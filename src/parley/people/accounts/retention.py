"""How long unconfirmed accounts, sessions and mailed links are kept."""

from parley.people.accounts.sessions import UNUSED_DAYS
from parley.platform.retention import Kept, RetentionRule

RULES = (
    RetentionRule(
        table="session",
        what="sign-ins that are over",
        days=0,
        since="expires_at",
        after="their end, 90 days after they began at most",
        why="they no longer sign anybody in, and hold an address and the name of a browser",
    ),
    RetentionRule(
        table="session",
        what="sign-ins that nobody uses",
        days=UNUSED_DAYS,
        since="seen_at",
        after="their last use",
        why="they no longer sign anybody in (`people/accounts/sessions.py`)",
    ),
    RetentionRule(
        table="token",
        what="links to confirm an address, to sign in and to set a password",
        days=1,
        since="expires_at",
        after="their end",
        why="somebody who comes a few hours late reads that the link has expired, not that it is wrong",
    ),
    RetentionRule(
        table="used_challenge",
        what="challenges that passkeys signed",
        days=0,
        since="expires_at",
        after="they expired, five minutes after they were made",
        why="an expired challenge is refused anyway",
    ),
    RetentionRule(
        table="factor_recovery",
        what="requests to remove a second step",
        days=14,
        since="created_at",
        after="they were made",
        why="their links no longer work",
    ),
    RetentionRule(
        table="former_name",
        what="former names of members",
        days=372,
        since="changed_at",
        after="the change; after 365 days the worker writes the present name where comments mention the former one",
        why="until then links and mentions lead to the member, and nobody else can pass for them",
    ),
    RetentionRule(
        table="address_change",
        what="changes of address",
        days=1,
        since="expires_at",
        after="their links no longer work: seven days after the new address was confirmed",
        why="until then the old mailbox can undo the change",
    ),
    # Unconfirmed accounts cannot have written anything, and their votes were never counted.
    RetentionRule(
        table="member",
        what="accounts with an unconfirmed address",
        days=7,
        since="created_at",
        after="they were made; one with a note or a decision, or that waits for a moderator, stays",
        why="nobody uses them, and their names become free",
        where="""state = 'unverified' and not exists (select from note where note.member = member.id)
                 and not exists (select from decision where decision.member = member.id)
                 and not exists (select from sign_up where sign_up.member = member.id and waits
                                 and confirmed_at is not null)""",
    ),
    RetentionRule(
        table="mail_address",
        what="suppressed addresses that belong to no member",
        days=365,
        since="suppressed_at",
        after="they were suppressed",
        why="no mail would go to them",
        where="""suppressed_at is not null
                 and not exists (select from member m where lower(m.email) = mail_address.address)""",
        key="address",
    ),
)
KEPT: Kept = {
    "member": "an account belongs to its member, and its name signs what they wrote",
    "block": "a setting of the member's",
    "authenticator": "the second step of the member's sign-in; it ends when they turn it off",
    "passkey": "a way of the member's to sign in; it ends when they remove it, or when it seems to have been copied",
    "recovery_code": "a setting of the member's, with which they sign in without their phone",
}
