"""The queue over HTTP: the list, one item, several at once."""

from parley.moderation.modqueue.web import article, bulk, comments, deciding, in_place, queue

PARTS = (queue, deciding, bulk, comments, article, in_place)
handlers: list[object] = [handler for part in PARTS for handler in part.handlers]
