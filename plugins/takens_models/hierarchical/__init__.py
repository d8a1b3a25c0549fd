"""Models of several recordings."""
