"""Purging what caches in front of the origin hold: what a purger does, and one for each network."""
