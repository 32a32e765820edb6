"""Limits of imports, in a module that web processes can load without the importer."""

LARGEST_FILE = 2_000_000  # bytes
LARGEST_PDF = 20_000_000
