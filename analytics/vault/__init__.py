"""What is kept: a workspace on disk, its imports, identities and rollups."""
