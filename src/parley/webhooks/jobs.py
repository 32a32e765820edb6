"""The worker's jobs: taking events from the log for webhooks, and sending them."""

from parley.webhooks.sending import send_due
from parley.webhooks.taking import take_events

__all__ = ["send_due", "take_events"]
