"""What customers ordered: an app whose code declares nothing of Mizan."""
