"""What the benchmarks measure alike."""

import resource


def peak_mb() -> float:
    """Return the most memory that any ended child of this process took, in MB: measure the smaller first."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
