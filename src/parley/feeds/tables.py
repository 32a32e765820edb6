"""The pictures that chat apps and social networks show with a link to a thread."""

from piccolo.columns import Bytea, ForeignKey, Integer, OnDelete, Text, Timestamptz, Varchar
from piccolo.table import Table

from parley.threads.tables import Thread


class LinkPicture(Table, tablename="link_picture"):
    """The picture for links to a thread; `title` and `site` are what it shows.

    It is served only while the thread has that title and site, so a title that is taken down is gone at once.
    """

    thread = ForeignKey(Thread, null=False, default=None, on_delete=OnDelete.cascade, unique=True)
    title = Text(null=False, default=None)
    site = Text(null=True, default=None)
    # The digits in the number of comments that it was drawn for; it is drawn again when there is one more.
    digits = Integer(null=False, default=0)
    # The beginning of the SHA-256 of `data`, for its address.
    digest = Varchar(16, null=False, default=None)
    data = Bytea(null=False, default=None)
    drawn_at = Timestamptz(null=False)
