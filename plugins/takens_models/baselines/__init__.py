"""What any model of dynamics should be better than."""
