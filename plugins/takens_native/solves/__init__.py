"""The requests that are solved, and what they share."""
