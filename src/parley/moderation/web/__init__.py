"""Reporting, the workbench and the public record over HTTP."""

from parley.moderation.web import bulk, deciding, desk, log, reporting, statements

handlers: list[object] = [
    *reporting.handlers,
    *desk.handlers,
    *deciding.handlers,
    *bulk.handlers,
    *statements.handlers,
    *log.handlers,
]
