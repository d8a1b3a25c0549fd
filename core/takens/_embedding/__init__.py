"""States from delayed samples: which delays, and how many."""
