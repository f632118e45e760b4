"""Durable jobs: what one is, where it is kept, how it runs, and how it never pays twice."""
