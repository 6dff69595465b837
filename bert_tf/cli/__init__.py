"""One file per command: parses, calls one plain function, prints."""
