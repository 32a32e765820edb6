"""The record of moderation."""

from piccolo.columns import JSONB, BigInt, BigSerial, Boolean, Bytea, Text, Timestamptz, Varchar
from piccolo.table import Table

from parley.platform.db.schema import Index


class ModAction(Table):
    """An entry of the record. Rows are only added, each chained to the one before by its hash (schema.sql).

    The hash covers `words`, a salted digest of `before`, `after` and `reason`. Without `salt`, these were forgotten.
    """

    id = BigSerial(primary_key=True)
    at = Timestamptz(null=False)
    actor = BigInt(null=True, default=None)
    role = Varchar(10, null=False, default=None)
    action = Varchar(20, null=False, default=None)
    kind = Varchar(8, null=False, default=None)
    target = BigInt(null=False, default=None)
    before = JSONB(null=False, default="{}")
    after = JSONB(null=False, default="{}")
    guideline = Varchar(30, null=True, default=None)
    reason = Text(null=False, default="")
    automated = Boolean(null=False, default=False)
    decision = BigInt(null=True, default=None)
    # The id of the request, as in the log; none for jobs and commands.
    request = Varchar(64, null=True, default=None)
    salt = Bytea(null=True, default=None)
    words = Bytea(null=False, default=b"")
    prev_hash = Bytea(null=False, default=b"")
    hash = Bytea(null=False, default=b"")

    mod_action_target = Index("kind, target, id")
    mod_action_at = Index("at desc, id desc")
    mod_action_actor = Index("actor, id desc", where="actor is not null")
