"""Verifiers: a standalone library for grading responses."""
