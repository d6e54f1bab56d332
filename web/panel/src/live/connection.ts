// The live connection: signs in, checks the numbers, comes back by itself.
import { Numbering, retryDelay } from "./numbering";

const SILENCE_MS = 40_000; // The server says something at least every 15 s.
const REFUSED = 4401;

export type ConnectionState = "connecting" | "live" | "offline";

export interface Listener {
  state(state: ConnectionState): void;
  snapshot(topic: string, data: unknown): void;
  change(topic: string, kind: string, data: unknown): void;
  /** A topic is not there, or not ours to see. */
  denied(topic: string): void;
  news(serverTime: string): void;
  refused(): void;
}

interface Message {
  type: string;
  topic?: string;
  seq?: number;
  at?: string;
  kind?: string;
  data?: unknown;
}

export class LiveConnection {
  #numbers = new Numbering();
  #socket: WebSocket | null = null;
  #tries = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;
  #closed = false;
  #isLive = false;
  #followed = new Set<string>();

  constructor(
    private readonly token: string | null,
    private readonly on: Listener,
  ) {
    this.#connect();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    clearTimeout(this.#silence);
    this.#socket?.close();
    this.#socket = null;
  }

  /** Try at once: the machine woke up, or the network is back. */
  hurry(): void {
    if (this.#closed || this.#socket?.readyState === WebSocket.OPEN) return;
    this.#connect();
  }

  /** Follow a topic besides one's own desk, also over a loss of the connection, until it is left. */
  follow(topic: string): void {
    this.#followed.add(topic);
    this.#ask("subscribe", [topic]);
  }

  leave(topic: string): void {
    this.#followed.delete(topic);
    this.#ask("unsubscribe", [topic]);
  }

  #ask(type: "subscribe" | "unsubscribe", topics: string[]): void {
    if (topics.length > 0 && this.#isLive) this.#socket?.send(JSON.stringify({ type, topics }));
  }

  #connect(): void {
    this.#isLive = false;
    clearTimeout(this.#retry);
    this.#socket?.close();
    this.on.state("connecting");
    this.#numbers.forget();
    const address = new URL("/live", location.href);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(address);
    this.#socket = socket;
    const signIn = this.token === null ? { type: "sign_in" } : { type: "sign_in", token: this.token };
    socket.onopen = () => socket.send(JSON.stringify(signIn));
    socket.onmessage = (event: MessageEvent<string>) => {
      if (socket === this.#socket) this.#take(JSON.parse(event.data) as Message);
    };
    socket.onclose = (event) => {
      if (socket === this.#socket) this.#lost(event.code);
    };
    this.#watch();
  }

  #take({ type, topic = "", seq = 0, at, kind = "", data }: Message): void {
    this.#watch();
    if (at) this.on.news(at);
    if (type === "signed_in") {
      this.#tries = 0;
      this.#isLive = true;
      this.#ask("subscribe", [...this.#followed]);
      this.on.state("live");
    } else if (type === "snapshot") {
      this.#numbers.snapshot(topic, seq);
      this.on.snapshot(topic, data);
    } else if (type === "change") {
      if (this.#numbers.follows(topic, seq)) this.on.change(topic, kind, data);
      else this.#connect();
    } else if (type === "refused") this.on.denied(topic);
  }

  #watch(): void {
    clearTimeout(this.#silence);
    // A connection that died without a word looks open for many minutes.
    this.#silence = setTimeout(() => {
      const socket = this.#socket;
      this.#lost(0);
      socket?.close();
    }, SILENCE_MS);
  }

  #lost(code: number): void {
    clearTimeout(this.#silence);
    this.#socket = null;
    this.#isLive = false;
    if (this.#closed) return;
    if (code === REFUSED) {
      this.#closed = true;
      this.on.refused();
      return;
    }
    this.on.state("offline");
    this.#retry = setTimeout(() => this.#connect(), retryDelay(this.#tries, Math.random()));
    this.#tries += 1;
  }
}
