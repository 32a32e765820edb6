"""The search index, and the words that a misspelt query may have meant."""

from enum import IntEnum

from piccolo.columns import BigInt, BigSerial, ForeignKey, Integer, OnDelete, SmallInt, Text, Timestamptz, Varchar
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from parley.discussion.threads.tables import Thread
from parley.platform.db.schema import Index, TsVector


class Kind(IntEnum):
    """What a document of the index is."""

    ARTICLE = 1
    PASSAGE = 2
    COMMENT = 3


class SearchDocument(Table, tablename="search_document"):
    """The words of an article, of a passage of its newest revision, or of a comment.

    A separate table, since each vote changes an indexed column of the comment, and its words would be indexed again
    each time. Whether a document may be found is decided by the tables of its source (interfaces/search/visibility.py).
    """

    id = BigSerial(primary_key=True)
    kind = SmallInt(null=False, default=None)
    # The thread of an article, the lineage of a passage, or the comment.
    source = BigInt(null=False, default=None)
    thread = ForeignKey(Thread, null=False, default=None, on_delete=OnDelete.cascade)
    # The number of the text that was indexed: the article's revision, or the comment's version.
    version = Integer(null=False, default=None)
    # How the article was shown when its words were indexed; empty if none of its words are in it.
    shown = Varchar(9, null=False, default=None)
    # How good it is apart from the query, from 0 to 15 (interfaces/search/documents.py).
    prior = SmallInt(null=False, default=0)
    at = Timestamptz(null=False)
    # Besides words, filters such as `^t6` (thread) and `^schallenges` (stance), which no text contains.
    # How many of them PostgreSQL counts is in schema.sql.
    words = TsVector(null=False, default=None)

    search_document_kind_check = Check("kind in (1, 2, 3)")
    search_document_kind_source_key = Unique([kind, source])

    # New entries wait in a list of at most 512 kB, which each search reads too, and move into the index together. This
    # takes a fourth of the time of entering each document alone.
    search_document_words = Index("words", using="gin", options="fastupdate = on, gin_pending_list_limit = 512")
    search_document_prior = Index("kind, prior desc, at desc")
    search_document_at = Index("kind, at desc")
    search_document_thread = Index("thread, kind")


class SearchWord(Table, tablename="search_word"):
    """A word of at least three comments by two authors. The worker collects them every night."""

    word = Text(primary_key=True, null=False, default=None)
    comments = Integer(null=False, default=None)

    # Ordered by bytes, so that words with the same first letter are one range.
    search_word_bytes = Index('word collate "C"')
