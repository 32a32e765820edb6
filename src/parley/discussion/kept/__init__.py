"""What members keep for themselves: comments, articles and highlighted words, each with a private note."""
