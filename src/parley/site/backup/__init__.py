"""Backup and restore: one file with everything in PostgreSQL, which shows whether it is complete."""
