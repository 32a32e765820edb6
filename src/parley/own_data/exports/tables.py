"""Exports of members' own data, and the bytes of their files."""

from piccolo.columns import BigSerial, Bytea, ForeignKey, Integer, OnDelete, Timestamptz, Varchar
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from parley.people.accounts.tables import Member
from parley.platform.db.schema import Index


class Export(Table):
    """A member's request for their data, and how far the worker is with the file."""

    id = BigSerial(primary_key=True)
    member = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.cascade)
    state = Varchar(7, null=False, default="waiting")
    # Rows written so far, and in all.
    done = Integer(null=False, default=0)
    total = Integer(null=False, default=0)
    # The size of the finished file in bytes.
    size = Integer(null=False, default=0)
    # How often a worker has begun it. A worker stops when another one has begun it since.
    attempt = Integer(null=False, default=0)
    created_at = Timestamptz(null=False)
    # When the worker last updated the progress; another worker takes over an export without updates.
    changed_at = Timestamptz(null=False)

    export_state_check = Check("state in ('waiting', 'running', 'done', 'failed')")

    export_member = Index("member, id desc")
    export_open = Index("id", where="state in ('waiting', 'running')")


class ExportPart(Table):
    """A part of an export's file: one megabyte, the last one less. Parts are numbered from 0."""

    id = BigSerial(primary_key=True)
    export = ForeignKey(Export, null=False, default=None, on_delete=OnDelete.cascade)
    number = Integer(null=False, default=None)
    bytes = Bytea(null=False, default=None)

    export_part_export_number_key = Unique(["export", "number"])
