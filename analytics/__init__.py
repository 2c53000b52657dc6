"""Convivio: what collaboration tools do to a company, from the exports they already give."""
