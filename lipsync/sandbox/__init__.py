"""The stand-in for the paid service: the same HTTP API on loopback, labelled as what it is."""
