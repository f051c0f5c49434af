"""What is asked of results: curves, comparison at equal cost, policies, power, contamination."""
