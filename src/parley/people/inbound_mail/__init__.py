"""Inbound mail: bounces, complaints and requests to unsubscribe. It is never answered."""
