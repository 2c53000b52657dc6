"""What may be shown: the lattice, merging, suppression and the audit."""
