"""Claiming comments that were imported from another site, by the confirmed address with which they were written."""
