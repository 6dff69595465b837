"""Streams of texts over time: events, counts in buckets of time, alarms, and what one sees of them."""
