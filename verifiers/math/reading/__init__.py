"""Text to tree: notation brought to the usual one, tokens, the grammar, words that are values."""
