"""What `manage.py` learns from Mizan."""
