"""A backup: one file with all that PostgreSQL holds, which says itself whether it is whole, and the way back."""
