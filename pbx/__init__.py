"""AMI in: events become calls. AMI out: commands. The journal: append-only typed facts of every call."""
