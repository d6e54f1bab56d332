"""Who gets the call, when, and why."""
