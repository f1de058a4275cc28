"""nutgraf's core: from a link to a digest. Knows no chat platform."""

__version__ = "0.1.0"
