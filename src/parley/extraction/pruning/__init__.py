"""Removing what is on a page but not in its article: hidden nodes, share bars, related posts, newsletter boxes."""
