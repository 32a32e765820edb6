"""Articles: their sources, revisions, passages, pictures and imports."""

from piccolo.columns import (
    Array,
    BigInt,
    BigSerial,
    Boolean,
    Bytea,
    ForeignKey,
    Integer,
    OnDelete,
    SmallInt,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from parley.people.accounts.tables import Member
from parley.platform.db.schema import GeneratedVarchar, Index, Int8Multirange

# How an article is shown: as its source and the community allow, or less where moderators decided so.
DISPLAY = """
case when restricted = 'none' then 'none' when 'excerpt' in (allowed, restricted) then 'excerpt'
  when removed_passages <> '{}' then 'parts' else 'full' end
"""


class Source(Table):
    """How articles of one site are shown: `full`, or `excerpt` if the publisher allows no more."""

    host = Varchar(253, primary_key=True, null=False, default=None)
    display = Varchar(7, null=False, default="full")

    source_display_check = Check("display in ('full', 'excerpt')")


class Article(Table):
    id = BigSerial(primary_key=True)
    # The address that identifies the article; None for pasted text, which may claim one that nobody checked.
    url = Text(null=True, default=None)
    claimed_url = Text(null=True, default=None)
    site = Text(null=True, default=None)
    section = Text(null=True, default=None)
    # What its page says about the author, under which licence it is (an address or a name), and what the page reserves.
    bio = Text(null=True, default=None)
    licence = Text(null=True, default=None)
    reservations = Array(Text(), null=False, default=list)
    # What the source and the community allow, and what moderators restricted it to: '', `excerpt` or `none`.
    allowed = Varchar(7, null=False, default="full")
    restricted = Varchar(7, null=False, default="")
    # The lineages of single passages and pictures that moderators removed.
    removed_passages = Array(BigInt(), null=False, default=list)
    display = GeneratedVarchar(" ".join(DISPLAY.split()), length=7, null=False, default="full")
    # Moderators removed the title, and with it the byline, the site and the address.
    untitled = Boolean(null=False, default=False)
    # The member who pasted it had it erased (own_data/erasure/articles.py). It stays taken down, whatever is decided.
    erased = Boolean(null=False, default=False)
    # The encoding in which a reader chose to read its source; None to detect it.
    encoding = Varchar(20, null=True, default=None)
    # HTTP validators of the last fetch, and the time of the next check.
    etag = Text(null=True, default=None)
    last_modified = Text(null=True, default=None)
    checked_at = Timestamptz(null=True, default=None)
    check_at = Timestamptz(null=True, default=None)
    # Why the last check made no revision, as a message for editors; empty without a problem.
    check_note = Text(null=False, default="")
    # The source's last text as passages (updating.py); None for pasted text. While conflicts wait for a decision, its
    # next text is merged with `merge_base`, in which the passages in conflict are as they were before.
    source_text = Bytea(null=True, default=None)
    merge_base = Bytea(null=True, default=None)
    created_at = Timestamptz(null=False)

    article_allowed_check = Check("allowed in ('full', 'excerpt')")
    article_restricted_check = Check("restricted in ('', 'excerpt', 'none')")

    article_url_key = Index("url", where="url is not null", unique=True)
    article_check = Index("check_at", where="check_at is not null")


class Revision(Table):
    """One version of an article's text; number 1 is the first."""

    id = BigSerial(primary_key=True)
    article = ForeignKey(Article, null=False, default=None, on_delete=OnDelete.restrict)
    number = Integer(null=False, default=None)
    title = Text(null=False, default=None)
    byline = Text(null=True, default=None)
    lang = Varchar(35, null=True, default=None)
    dir = Varchar(3, null=True, default=None)
    published_at = Timestamptz(null=True, default=None)
    updated_at = Timestamptz(null=True, default=None)
    words = Integer(null=False, default=0)
    changed = Integer(null=False, default=0)
    text_hash = Bytea(null=False, default=None)
    # The PDF that it was read from, if that is kept (originals.py).
    original = Varchar(64, null=True, default=None)
    # Hashes of its runs of words, to find the same text at another address (duplicates.py).
    fingerprint = Array(BigInt(), null=False, default=list)
    # Who edited it here, and why; None where the source changed.
    editor = ForeignKey(Member, null=True, default=None, on_delete=OnDelete.restrict)
    reason = Text(null=False, default="")
    # The number of the earlier revision that this one restores.
    restores = Integer(null=True, default=None)
    # Whether somebody who may remove any part of the text saw what this changes. A scheduled check asks nobody.
    approved = Boolean(null=False, default=True)
    created_at = Timestamptz(null=False)
    # Comments whose anchors were found in this revision last, by their ids, while they wait to be found in a newer one.
    unmoved = Int8Multirange(null=True, default=None)

    revision_article_number_key = Unique([article, number])

    revision_text = Index("text_hash")
    revision_original = Index("original", where="original is not null")
    revision_fingerprint = Index("fingerprint", using="gin")
    revision_unmoved = Index("article", where="unmoved is not null")


class Passage(Table):
    """One block of one revision. Its lineage stays the same when later revisions edit or move it."""

    id = BigSerial(primary_key=True)
    revision = ForeignKey(Revision, null=False, default=None, on_delete=OnDelete.restrict)
    lineage = BigInt(null=False, default=None)
    position = Integer(null=False, default=None)
    kind = Varchar(10, null=False, default=None)
    level = SmallInt(null=True, default=None)
    # The page of a PDF on which it begins.
    page = SmallInt(null=True, default=None)
    # Its places there, six numbers each (extraction/pdf/places.py).
    boxes = Text(null=True, default=None)
    html = Text(null=False, default=None)
    text = Text(null=False, default=None)

    passage_revision_position_key = Unique([revision, position])

    passage_lineage = Index("lineage")
    passage_pictures = Index("id", where="html like '%/media/%'")


class MergedPassage(Table):
    """A lineage whose passage was merged into another one in `revision`."""

    lineage = BigInt(primary_key=True, null=False, default=None)
    into = BigInt(null=False, default=None)
    revision = ForeignKey(Revision, null=False, default=None, on_delete=OnDelete.restrict)


class Media(Table):
    """A picture, re-encoded and identified by the hash of its bytes."""

    hash = Varchar(64, primary_key=True, null=False, default=None)
    mime = Varchar(20, null=False, default=None)
    width = Integer(null=False, default=None)
    height = Integer(null=False, default=None)
    data = Bytea(null=False, default=None)
    # No article that may be read in full shows it any more.
    hidden = Boolean(null=False, default=False)
    created_at = Timestamptz(null=False)


class Original(Table):
    """A PDF that an article was read from, identified by the hash of its bytes."""

    hash = Varchar(64, primary_key=True, null=False, default=None)
    data = Bytea(null=False, default=None)
    created_at = Timestamptz(null=False)


class RemovedPassage(Table):
    """The hash of a passage whose text was taken down, to recognise the text when somebody adds it again."""

    id = BigSerial(primary_key=True)
    article = ForeignKey(Article, null=False, default=None, on_delete=OnDelete.cascade)
    digest = Bytea(null=False, default=None)

    removed_passage_article_digest_key = Unique([article, digest])

    removed_passage_digest = Index("digest")


class ArticleImport(Table):
    """An import: the request, its state, and the draft that the member edits before publishing.

    `given` is a pasted text; the bytes of a file are in `import_part`. `url` is the address, or the name of the file.
    """

    id = BigSerial(primary_key=True)
    member = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.restrict)
    state = Varchar(10, null=False, default="waiting")
    message = Text(null=False, default="")
    source = Varchar(4, null=False, default=None)
    url = Text(null=True, default=None)
    given = Bytea(null=True, default=None)
    title = Text(null=False, default="")
    topic = Varchar(40, null=False, default="")
    # What the article claims, as it was typed with its address.
    thesis = Varchar(120, null=False, default="")
    draft = Bytea(null=True, default=None)
    # The encoding that its member chose; None to detect it.
    encoding = Varchar(20, null=True, default=None)
    thread = BigInt(null=True, default=None)
    attempts = Integer(null=False, default=0)
    created_at = Timestamptz(null=False)
    changed_at = Timestamptz(null=False)

    article_import_state_check = Check("state in ('waiting', 'fetching', 'reading', 'ready', 'failed', 'published')")

    article_import_waiting = Index("changed_at", where="state in ('waiting', 'fetching', 'reading')")
    article_import_member = Index("member, id")


class ImportPart(Table):
    """A part of an uploaded file, so that no process needs all of it in memory.

    It is deleted when the file is read or, if the member may choose another encoding, when it is published.
    """

    id = BigSerial(primary_key=True)
    article_import = ForeignKey(ArticleImport, null=False, default=None, on_delete=OnDelete.cascade)
    number = Integer(null=False, default=None)
    data = Bytea(null=False, default=None)

    import_part_article_import_number_key = Unique([article_import, number])
