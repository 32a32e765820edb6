"""Telling the authors of articles that they are discussed here, by Webmention (https://www.w3.org/TR/webmention/)."""
