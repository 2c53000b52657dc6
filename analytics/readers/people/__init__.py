"""Who works where, as directories and HR systems export it."""

NAMES: tuple[str, ...] = ()
