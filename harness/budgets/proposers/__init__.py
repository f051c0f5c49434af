"""Ways of producing samples, one per file."""
