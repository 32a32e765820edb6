"""Tying comments to words of an article, and finding those words again after it was revised.

An anchor is a W3C TextQuoteSelector (https://www.w3.org/TR/annotation-model/#text-quote-selector) on the lineage of a
passage instead of on a whole document. `select` creates one, `resolve` finds many of them in a new revision.
"""

from parley.articles.anchoring.document import CONTEXT, DocumentBlock, RevisionText
from parley.articles.anchoring.resolving import Resolution, resolve
from parley.articles.anchoring.selecting import Selector, select, select_near

__all__ = ["CONTEXT", "DocumentBlock", "Resolution", "RevisionText", "Selector", "resolve", "select", "select_near"]
