"""One file per export format; each says what it is given and what it cannot see."""
