"""The queue over HTTP: the list with one item, several at once, and deciding where one sees something."""

from parley.moderation.modqueue.web import bulk, bulk_jobs, in_place, moved, queue

handlers: list[object] = [*queue.handlers, *bulk.handlers, *bulk_jobs.handlers, *in_place.handlers, *moved.handlers]
