"""Analysis of results: curves, equal cost, policies, power, contamination."""
