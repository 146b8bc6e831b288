"""`python -m mizan` is the `mizan` command."""

from mizan.cli.main import entry

if __name__ == "__main__":
    entry()
