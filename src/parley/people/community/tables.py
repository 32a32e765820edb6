"""The community's rules and pages: their texts, and the published rules that decisions name."""

from piccolo.columns import (
    BigSerial,
    Boolean,
    DoublePrecision,
    ForeignKey,
    Integer,
    OnDelete,
    SmallInt,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.constraints import Check
from piccolo.table import Table

from parley.people.accounts.tables import Member
from parley.platform.db.schema import Index


class Community(Table):
    """One row, which the first migration inserts. Without `rules`, Parley's own apply."""

    id = Integer(primary_key=True, null=False, default=1)
    rules = Text(null=False, default="")
    asks_declaration = Boolean(null=False, default=False)
    # Who can sign up: everybody, invited people, people whom a moderator approves, or nobody (signups/).
    sign_up = Varchar(8, null=False, default="open")
    # A comment that this many independent members report is hidden until a moderator decides; 0: none is (hiding.py).
    hide_after = SmallInt(null=False, default=0)
    changed_at = Timestamptz(null=False)
    # The domain and the day in the ids of feed entries (`tag:` URIs, RFC 4151), which stay when the domain changes.
    tag_authority = Varchar(270, null=False, default="")

    community_hide_after_check = Check("hide_after in (0, 3, 5)")
    community_one_check = Check("id = 1")
    community_sign_up_check = Check("sign_up in ('open', 'invited', 'approved', 'closed')")


class Guideline(Table):
    """One of the community's published rules, the grounds of reports and decisions."""

    code = Varchar(30, primary_key=True, null=False, default=None)
    title = Varchar(120, null=False, default=None)
    text = Text(null=False, default="")
    # Anybody can report illegal content, without an account.
    illegal = Boolean(null=False, default=False)
    # Multiplies the weight of a report on this ground.
    severity = DoublePrecision(null=False, default=1.0)
    position = Integer(null=False, default=0)
    # Reports that name it should be decided within this many hours.
    hours_to_decide = Integer(null=False, default=24)
    # The category of the DSA Transparency Database to which its decisions belong, if an admin chose one.
    category = Varchar(80, null=False, default="")
    retired = Boolean(null=False, default=False)


class GuidelineWording(Table):
    """A former wording of a guideline: decisions show the wording of their day."""

    id = BigSerial(primary_key=True)
    guideline = ForeignKey(Guideline, null=False, default=None, on_delete=OnDelete.restrict)
    title = Varchar(120, null=False, default=None)
    text = Text(null=False, default="")
    replaced_at = Timestamptz(null=False)

    guideline_wording_of = Index("guideline, replaced_at")


class PageText(Table, tablename="page_text"):
    """A version of a page in Markdown; the last one is shown. An empty one brings the text back that we ship."""

    id = BigSerial(primary_key=True)
    page = Varchar(8, null=False, default=None)
    text = Text(null=False, default=None)
    written_by = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.restrict)
    created_at = Timestamptz(null=False)

    page_text_page_check = Check("page in ('about', 'privacy', 'terms', 'contact', 'imprint')")
    page_text_versions = Index("page, id desc")
