"""Orders of rows, written by code that knows nothing of Mizan: what `watch` is proved with."""
