"""Reporting, the workbench and the public record over HTTP."""

from parley.moderation.web import (
    appeals,
    audits,
    bulk,
    dashboard,
    deciding,
    desk,
    log,
    mail,
    members,
    places,
    reporting,
    rules,
    statements,
)

handlers: list[object] = [
    *places.handlers,
    *reporting.handlers,
    *desk.handlers,
    *deciding.handlers,
    *bulk.handlers,
    *statements.handlers,
    *appeals.handlers,
    *audits.handlers,
    *members.handlers,
    *log.handlers,
    *mail.handlers,
    *dashboard.handlers,
    *rules.handlers,
]
