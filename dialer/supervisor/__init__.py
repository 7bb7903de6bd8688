"""What `scripts/run` starts: the whole of dialer on one machine, kept running until it is told to stop."""
