"""How long rows and files are kept. Each feature states it in its `retention.py`; a job of the worker deletes them."""

from parley.platform.retention.rules import Files, Kept, RetentionRule, expired_after
from parley.platform.retention.sweep import remove_expired_files, remove_expired_rows

__all__ = ["Files", "Kept", "RetentionRule", "expired_after", "remove_expired_files", "remove_expired_rows"]
