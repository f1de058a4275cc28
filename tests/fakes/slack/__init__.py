"""A Slack of our own on loopback: Web API, signed events, Socket Mode, faults. Strict where Slack is."""
