"""Hand-kept tables and readers from which `schemas/vocabulary/*.json` is generated."""
