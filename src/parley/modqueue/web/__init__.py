"""The queue over HTTP: the list, one item, several at once."""

from parley.modqueue.web import article, bulk, deciding, in_place, queue

handlers: list[object] = [*queue.handlers, *deciding.handlers, *bulk.handlers, *article.handlers, *in_place.handlers]
