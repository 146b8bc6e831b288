"""The commands: seed."""
