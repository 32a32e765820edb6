"""Members, their sessions, and the one-time tokens of mailed links."""

from piccolo.columns import (
    Array,
    BigInt,
    BigSerial,
    Boolean,
    Bytea,
    ForeignKey,
    Integer,
    OnDelete,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from parley.platform.db.schema import Index

# Of a `name_key`, as names.form computes it of a name.
NAME_FORM = "replace(replace(replace(name_key, '-', ''), 'm', 'rn'), 'w', 'vv')"


class Member(Table):
    id = BigSerial(primary_key=True)
    name = Varchar(30, null=False, default=None)
    # Names and addresses are compared by these keys (names.py, addresses.py).
    name_key = Varchar(60, null=False, default=None, unique=True)
    email = Varchar(254, null=False, default=None)
    email_key = Varchar(254, null=False, default=None)
    password_hash = Text(null=True, default=None)
    role = Varchar(10, null=False, default="member")
    # When they got a role of staff. They need a second factor some days later (sessions.py: lacks_factor).
    staff_since = Timestamptz(null=True, default=None)
    state = Varchar(12, null=False, default="unverified")
    state_until = Timestamptz(null=True, default=None)
    # The state to come back to for a member who left (`deactivated`).
    state_before = Varchar(12, null=True, default=None)
    # When the account is erased, and whether what they wrote is, too (erasure/). With the words: whether also articles
    # that others answered, and what others quoted.
    erase_at = Timestamptz(null=True, default=None)
    erase_words = Boolean(null=False, default=False)
    erase_articles = Boolean(null=False, default=False)
    erase_quotes = Boolean(null=False, default=False)
    # The decision's reason for the silence or suspension.
    state_reason = Text(null=False, default="")
    title = Varchar(60, null=False, default="")
    bio = Text(null=False, default="")
    # What to do with comments written with AI assistance: `show`, `collapse` or `hide`.
    assisted = Varchar(8, null=False, default="show")
    # How close together the comments of a discussion stand: `comfortable` or `compact`.
    density = Varchar(11, null=False, default="comfortable")
    # Whether discussions explain stances and votes, until the member has read it.
    legend = Boolean(null=False, default=True)
    # Whether the words of an article that comments are about are underlined: `on` or `off`.
    marks = Varchar(3, null=False, default="on")
    # Whether comments are marked as read as the member sees them.
    marks_read = Boolean(null=False, default=True)
    # Whether their answers count in maps of opinions.
    in_maps = Boolean(null=False, default=True)
    # Whether their comments have a feed of their own.
    has_feed = Boolean(null=False, default=True)
    # How many of their comments the rules have checked. Of two posted at once, the second sees that it has changed.
    checked_comments = Integer(null=False, default=0)
    is_demo = Boolean(null=False, default=False)
    # Former names that comments may still mention (own_data/erasure/jobs.py: rewrite_mentions).
    mentioned_as = Array(base_column=Varchar(30), null=False, default=[])
    # Time zone: a name of the tz database.
    zone = Varchar(64, null=False, default="UTC")
    # The language of their pages and letters: a code such as `de`. Empty: what their browser asks for.
    language = Varchar(8, null=False, default="")
    # The languages that they read, for the filter of a discussion; none: there is no such filter.
    reads = Array(base_column=Varchar(8), null=False, default=[])
    # The last use of the site, exact to five minutes. Sessions are deleted much earlier.
    seen_at = Timestamptz(null=False)
    # When the visit before the present one ended.
    visited_at = Timestamptz(null=True, default=None)
    created_at = Timestamptz(null=False)

    member_role_check = Check("role in ('member', 'moderator', 'admin')")
    member_state_check = Check(
        "state in ('unverified', 'active', 'silenced', 'suspended', 'deactivated', 'anonymised')"
    )
    member_assisted_check = Check("assisted in ('show', 'collapse', 'hide')")
    member_density_check = Check("density in ('comfortable', 'compact')")

    # Several accounts can claim an address, but only one can confirm it: so sign-up need not show whether an address
    # is known.
    member_confirmed_email_key = Index("email_key", where="state <> 'unverified'", unique=True)
    # Ordered by bytes, so that keys with the same prefix are one range.
    member_name_bytes = Index('name_key collate "C"')
    # Names are taken by their form. Not unique: some were taken when separators counted.
    member_name_form = Index(NAME_FORM)
    member_email_bytes = Index('email_key collate "C"')
    member_created = Index("created_at")
    member_mentioned_as = Index("id", where="mentioned_as <> '{}'")
    member_erase = Index("erase_at", where="erase_at is not null")
    member_shut_out = Index("id", where="state in ('suspended', 'anonymised')")


class Session(Table):
    """A sign-in on one browser. Only the SHA-256 hash of its token is stored."""

    id = BigSerial(primary_key=True)
    member = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.cascade)
    token_hash = Bytea(null=False, default=None, unique=True)
    agent = Varchar(200, null=False, default="")
    address = Varchar(45, null=False, default="")
    created_at = Timestamptz(null=False)
    seen_at = Timestamptz(null=False)
    expires_at = Timestamptz(null=False, default=None)
    # The publisher's site on whose pages it holds, and nowhere else; None for this site (embed/middleware.py).
    site = Varchar(40, null=True, default=None)
    # When the member last proved who they are in this session (step_up.py).
    proved_at = Timestamptz(null=True, default=None)

    session_member = Index("member")


class Token(Table):
    """A mailed link that works once: to confirm an address, to sign in, or to set a password."""

    id = BigSerial(primary_key=True)
    member = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.cascade)
    purpose = Varchar(10, null=False, default=None)
    token_hash = Bytea(null=False, default=None, unique=True)
    created_at = Timestamptz(null=False)
    expires_at = Timestamptz(null=False, default=None)
    used_at = Timestamptz(null=True, default=None)

    token_member = Index("member, purpose", where="used_at is null")


class Authenticator(Table):
    """A member's authenticator app (authenticators.py): its sealed seed, and the step of the last code used."""

    id = BigSerial(primary_key=True)
    member = ForeignKey(Member, null=False, default=None, unique=True, on_delete=OnDelete.cascade)
    seed = Bytea(null=False, default=None)
    step = BigInt(null=False, default=0)
    created_at = Timestamptz(null=False)


class RecoveryCode(Table):
    """A code for members who lost the authenticator app. Only its SHA-256 hash is stored."""

    id = BigSerial(primary_key=True)
    member = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.cascade)
    digest = Bytea(null=False, default=None, unique=True)
    used_at = Timestamptz(null=True, default=None)

    recovery_code_member = Index("member")


class Passkey(Table):
    """A member's passkey (passkeys.py): the public key with which their sign-ins are checked."""

    id = BigSerial(primary_key=True)
    member = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.cascade)
    # What the member calls it.
    name = Varchar(60, null=False, default=None)
    # Its id, chosen by the authenticator, and the bytes by which authenticators know the member (passkey_settings.py).
    credential = Bytea(null=False, default=None, unique=True)
    handle = Bytea(null=False, default=None)
    public_key = Bytea(null=False, default=None)
    # The signature counter of its last use; 0 for authenticators without one.
    sign_count = BigInt(null=False, default=0)
    # How browsers reach it, such as `usb` or `internal`.
    transports = Array(base_column=Varchar(20), null=False, default=list)
    created_at = Timestamptz(null=False)
    used_at = Timestamptz(null=True, default=None)

    passkey_member = Index("member")


class UsedChallenge(Table, tablename="used_challenge"):
    """A challenge that a passkey signed (passkeys.py), kept until it expires so that it is accepted once."""

    id = BigSerial(primary_key=True)
    digest = Bytea(null=False, default=None, unique=True)
    expires_at = Timestamptz(null=False, default=None)


class FactorRecovery(Table, tablename="factor_recovery"):
    """A member who lost every second factor asked that it be removed (factor_recovery.py)."""

    id = BigSerial(primary_key=True)
    member = ForeignKey(Member, null=False, default=None, unique=True, on_delete=OnDelete.cascade)
    token_hash = Bytea(null=False, default=None, unique=True)
    # From when on the mailed link works; for staff None until two admins have agreed, the first of whom is noted.
    due_at = Timestamptz(null=True, default=None)
    first_admin = BigInt(null=True, default=None)
    created_at = Timestamptz(null=False)


class FormerName(Table, tablename="former_name"):
    """A name that a member had before (renaming.py): it leads to them, and nobody else can take it for a year."""

    id = BigSerial(primary_key=True)
    member = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.cascade)
    name = Varchar(30, null=False, default=None)
    name_key = Varchar(60, null=False, default=None, unique=True)
    changed_at = Timestamptz(null=False)

    former_name_member = Index("member")
    former_name_form = Index(NAME_FORM)


class ErasedName(Table, tablename="erased_name"):
    """A name of an erased member, which nobody can take: the digest of its form (reserved_names.py)."""

    id = BigSerial(primary_key=True)
    digest = Bytea(null=False, default=None, unique=True)


class ErasedNameKey(Table, tablename="erased_name_key"):
    """A key of these digests, sealed with this installation's secret. A new one is made if none can be opened."""

    id = BigSerial(primary_key=True)
    sealed = Bytea(null=False, default=None)


class AddressChange(Table, tablename="address_change"):
    """A change to the address `email`; once it is confirmed, `former` is the one before (address_ops.py)."""

    id = BigSerial(primary_key=True)
    member = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.cascade)
    email = Varchar(254, null=False, default=None)
    former = Varchar(254, null=True, default=None)
    confirm_hash = Bytea(null=False, default=None, unique=True)
    # The token of the link that undoes the change, until it is used.
    undo_hash = Bytea(null=True, default=None, unique=True)
    created_at = Timestamptz(null=False)
    confirmed_at = Timestamptz(null=True, default=None)
    # When the link to confirm or, after that, the one to undo expires.
    expires_at = Timestamptz(null=False, default=None)

    address_change_member = Index("member")


class Block(Table):
    """A member whom another muted or blocked. After a block neither can reply to the other."""

    id = BigSerial(primary_key=True)
    member = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.cascade)
    other = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.cascade)
    kind = Varchar(5, null=False, default=None)
    # When a mute ends; null: it does not.
    muted_until = Timestamptz(null=True, default=None)
    created_at = Timestamptz(null=False)

    block_kind_check = Check("kind in ('block', 'mute')")
    block_member_other_key = Unique([member, other])

    block_other = Index("other")


class MutedWord(Table, tablename="muted_word"):
    """A word or phrase that a member does not want to read about (muted_words.py)."""

    id = BigSerial(primary_key=True)
    member = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.cascade)
    word = Varchar(40, null=False, default=None)
    # Its longest part, and the pattern with which PostgreSQL finds all of it; both in folded case.
    hint = Text(null=False, default="")
    pattern = Text(null=False, default=None)
    # When it is wanted again; null: never.
    muted_until = Timestamptz(null=True, default=None)
    created_at = Timestamptz(null=False)

    muted_word_member_word_key = Unique([member, word])
