"""Requests to show less of an article, by those whose rights it concerns."""

from piccolo.columns import BigSerial, ForeignKey, OnDelete, Text, Timestamptz, Varchar
from piccolo.constraints import Check
from piccolo.table import Table

from parley.moderation.reports.tables import Report


class RightsRequest(Table):
    """What a report of an article asks for, on which ground, and what the member who added the article answers."""

    id = BigSerial(primary_key=True)
    report = ForeignKey(Report, null=False, default=None, on_delete=OnDelete.restrict, unique=True)
    ground = Varchar(11, null=False, default=None)
    wish = Varchar(7, null=False, default=None)
    # Where the original is, as far as it was given.
    original = Text(null=False, default="")
    answer = Text(null=False, default="")
    answered_at = Timestamptz(null=True, default=None)
    created_at = Timestamptz(null=False)

    rights_request_ground_check = Check("ground in ('copyright', 'privacy', 'attribution', 'reservation', 'law')")
    rights_request_wish_check = Check("wish in ('excerpt', 'text', 'remove')")
