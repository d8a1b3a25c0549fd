"""Asking the backends, and saying what they answered."""
