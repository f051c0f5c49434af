"""What reads: attempts, bills, reports and samples, computed from the store when asked for."""
