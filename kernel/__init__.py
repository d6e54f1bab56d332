"""The ground: messages, database, durable jobs, clock, telemetry. Knows no telephony and no tables of others."""
