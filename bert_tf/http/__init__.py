"""What every HTTP server of bert_tf keeps to: limits of time and number, and the names that it is called by."""
