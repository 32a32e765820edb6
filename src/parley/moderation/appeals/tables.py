"""Appeals against decisions, and second looks at decisions."""

from piccolo.columns import BigSerial, ForeignKey, OnDelete, Text, Timestamptz, Varchar
from piccolo.constraints import Check
from piccolo.table import Table

from parley.moderation.decisions.tables import Decision
from parley.people.accounts.tables import Member
from parley.platform.db.schema import Index


class Appeal(Table):
    """An appeal against a decision; one per decision."""

    id = BigSerial(primary_key=True)
    decision = ForeignKey(Decision, null=False, default=None, on_delete=OnDelete.restrict, unique=True)
    member = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.restrict)
    text = Text(null=False, default=None)
    state = Varchar(10, null=False, default="filed")
    assigned_to = ForeignKey(Member, null=True, default=None, on_delete=OnDelete.restrict)
    answer = Text(null=False, default="")
    created_at = Timestamptz(null=False)
    # When it was decided or withdrawn.
    decided_at = Timestamptz(null=True, default=None)

    appeal_state_check = Check("state in ('filed', 'assigned', 'upheld', 'overturned', 'modified', 'withdrawn')")

    appeal_waiting = Index("created_at", where="state in ('filed', 'assigned')")


class SecondLook(Table):
    """What another moderator would have decided, without knowing the decision; one per decision."""

    id = BigSerial(primary_key=True)
    decision = ForeignKey(Decision, null=False, default=None, on_delete=OnDelete.restrict, unique=True)
    moderator = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.restrict)
    # What the moderator would have done (rules.py: JUDGEMENTS).
    judgement = Varchar(10, null=False, default=None)
    created_at = Timestamptz(null=False)
