"""Matrix: so far the rendering of messages; the adapter is to come."""
