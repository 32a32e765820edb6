"""The worker's jobs: queueing deliveries of webhooks, and sending them."""

from parley.webhooks.queueing import queue_all
from parley.webhooks.sending import send_due

__all__ = ["queue_all", "send_due"]
