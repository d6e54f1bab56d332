// The live connection: signs in, numbers its topics' changes, takes a gap for a lost connection, and comes back.

const SILENCE_MS = 40_000; // The server says something at least every 15 s.
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 8_000;
const REFUSED = 4401;

export class Live {
  #token;
  #on;
  #socket = null;
  #numbers = new Map();
  #retry = FIRST_RETRY_MS;
  #silence = 0;
  #timer = 0;
  #closed = false;

  // `token` null: the session's cookie signs in. `on`: {state(word), user(user), snapshot(topic, data), change(topic, kind, data), news(serverTime), refused()}
  constructor(token, on) {
    this.#token = token;
    this.#on = on;
    this.#connect();
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#silence);
    this.#socket?.close();
  }

  // Try at once: the machine woke up, or the network is back.
  hurry() {
    if (this.#closed || this.#socket?.readyState === WebSocket.OPEN) return;
    clearTimeout(this.#timer);
    this.#connect();
  }

  #connect() {
    this.#socket?.close();
    this.#on.state("connecting");
    const address = new URL("/live", location.href);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(address);
    this.#socket = socket;
    this.#numbers.clear();
    socket.onopen = () => socket.send(JSON.stringify({ type: "sign_in", token: this.#token }));
    socket.onmessage = (event) => {
      if (socket === this.#socket) this.#take(JSON.parse(event.data));
    };
    socket.onclose = (event) => {
      if (socket === this.#socket) this.#lost(event.code);
    };
    this.#watch();
  }

  #take(message) {
    this.#watch();
    if (message.at) this.#on.news(message.at);
    if (message.type === "signed_in") {
      this.#retry = FIRST_RETRY_MS;
      this.#on.user(message.user);
    } else if (message.type === "snapshot") {
      this.#numbers.set(message.topic, message.seq);
      this.#on.state("live");
      this.#on.snapshot(message.topic, message.data);
    } else if (message.type === "change") {
      if (message.seq !== (this.#numbers.get(message.topic) ?? 0) + 1) {
        this.#connect(); // A gap: only a new snapshot can be trusted.
        return;
      }
      this.#numbers.set(message.topic, message.seq);
      this.#on.change(message.topic, message.kind, message.data);
    }
  }

  #watch() {
    clearTimeout(this.#silence);
    // A connection that died without a word looks open for many minutes.
    this.#silence = setTimeout(() => {
      const socket = this.#socket;
      this.#lost(0);
      socket?.close();
    }, SILENCE_MS);
  }

  #lost(code) {
    clearTimeout(this.#silence);
    this.#socket = null;
    if (this.#closed) return;
    if (code === REFUSED) {
      this.#closed = true;
      this.#on.refused();
      return;
    }
    this.#on.state("offline");
    // Spread out, so that all desks of a service that restarts don't come back at the same moment.
    this.#timer = setTimeout(() => this.#connect(), this.#retry * (0.5 + Math.random()));
    this.#retry = Math.min(this.#retry * 2, LONGEST_RETRY_MS);
  }
}
