"""Searching articles, passages, comments and members, by PostgreSQL's text search (docs/decisions/0022-search.md)."""
