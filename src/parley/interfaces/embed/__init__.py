"""The embed: discussions beside articles on their publishers' own pages."""
