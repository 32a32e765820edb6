"""Inbound feeds: threads about the articles that other sites' feeds announce."""
