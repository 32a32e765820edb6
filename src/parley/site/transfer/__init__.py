"""Moving a whole site: exporting it to one file, and importing that into a new installation (docs/operating.md)."""
