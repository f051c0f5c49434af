"""Rewards: scoring responses and their steps, one per file."""
