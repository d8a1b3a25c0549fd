"""What data are like, and what they can bear."""
