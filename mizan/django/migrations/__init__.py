"""The tables of Mizan: the outbox."""
