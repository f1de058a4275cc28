"""Assembly: the only room that knows all parts.

``house`` is the whole bot over its store; ``reading`` is what one digest on a command line needs.
Import the one you need: each brings its own weight.
"""
