"""The pictures that chat apps and social networks show with a link to a thread."""

from piccolo.columns import BigInt, Bytea, ForeignKey, Integer, OnDelete, SmallInt, Text, Timestamptz, Varchar
from piccolo.table import Table

from parley.discussion.threads.tables import Thread


class LinkPicture(Table, tablename="link_picture"):
    """The picture for links to a thread; `title`, `site`, `thesis` and `voices` are what it shows.

    It is served only while the thread has these, so a title that is taken down is gone at once.
    """

    thread = ForeignKey(Thread, null=False, default=None, on_delete=OnDelete.cascade, unique=True)
    title = Text(null=False, default=None)
    site = Text(null=True, default=None)
    thesis = Varchar(120, null=False, default="")
    # The beginning of the SHA-256 of the words of its disagreement (interfaces/feeds/pictures.py); empty for none.
    voices = Varchar(16, null=False, default="")
    # The digits in the number of comments that it was drawn for; it is drawn again when there is one more.
    digits = Integer(null=False, default=0)
    # The beginning of the SHA-256 of `data`, for its address.
    digest = Varchar(16, null=False, default=None)
    data = Bytea(null=False, default=None)
    drawn_at = Timestamptz(null=False)


class HubPosition(Table, tablename="hub_position"):
    """The last event that the WebSub hub was told of; one row."""

    id = SmallInt(primary_key=True, null=False, default=None)
    # Events are ordered by their transaction (interfaces/api/events.py).
    xid = Varchar(20, null=False, default=None)
    event = BigInt(null=False, default=None)
