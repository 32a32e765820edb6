"""How fast Parley is, beside what this machine could do at best: `make bench`."""
