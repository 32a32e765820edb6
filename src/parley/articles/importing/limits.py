"""What is known of imports without the machinery of importing, which web processes need not load."""

LARGEST_FILE = 2_000_000  # bytes
