"""Ways of selecting the answer from a pool of samples, one per file."""
