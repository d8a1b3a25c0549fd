"""From a graph to the C text of a whole solve."""
