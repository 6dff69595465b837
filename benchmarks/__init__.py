"""Commands that measure what the README claims."""
