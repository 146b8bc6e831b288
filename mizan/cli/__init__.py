"""The command line (`mizan --help`)."""
