"""Data export: everything that belongs to a member, in one ZIP file that the worker makes."""
