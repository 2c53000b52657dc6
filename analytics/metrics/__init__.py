"""What is measured: one file per family, each metric with its passport."""
