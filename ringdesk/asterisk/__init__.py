"""Getting an Asterisk and the tools beside it onto this machine, and running it."""
