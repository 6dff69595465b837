"""From a run to what a serving team gets, and the proofs that come with it."""
