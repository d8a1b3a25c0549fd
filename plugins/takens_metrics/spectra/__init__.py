"""Frequencies, and what a series remembers."""
