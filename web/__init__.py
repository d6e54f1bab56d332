"""HTTP API, sign-in and the live websocket."""
