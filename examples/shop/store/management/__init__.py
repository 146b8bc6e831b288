"""What `manage.py` learns from the shop."""
