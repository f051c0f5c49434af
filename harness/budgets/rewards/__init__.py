"""Rewards: what scores responses and their steps, one idea a file."""
