"""Mail that comes in: what was undeliverable, complaints, and letters that ask to stop. Nothing is ever answered."""
