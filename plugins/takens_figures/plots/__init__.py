"""What draws on axes: used by the figures of a report, and as `takens.plot` from Python."""
