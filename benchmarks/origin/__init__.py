"""The parts of `cache.py`: Django's settings, the contenders, and what is measured."""
