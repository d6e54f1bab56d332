"""Getting an Asterisk, and the tools beside it, onto a machine, and running it."""
