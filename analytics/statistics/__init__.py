"""What may be said of a number: intervals, comparison, change."""
