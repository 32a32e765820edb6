"""Reporting, the workbench and the public record over HTTP."""

from parley.moderation.web import reporting

handlers: list[object] = [*reporting.handlers]
