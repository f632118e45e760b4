"""The upstream: CometAPI's Kling routes over HTTP. It speaks; it decides nothing about jobs."""
