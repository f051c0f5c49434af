"""Text to tree: normalised notation, tokens, the grammar, words that are values."""
