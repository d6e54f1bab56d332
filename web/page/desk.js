// The bare desk: sign in, one's state, and the caller's record while the phone rings.
// Everything from outside reaches the page as text, never as markup.

import { Live } from "./live.js";
import { t, word } from "./strings.js";

const TOKEN = "ringdesk.token";
const GONE_SECONDS = 8; // How long a popup says why it ended before it goes.
const RING_GRACE_SECONDS = 10;
const HISTORY_ROWS = 10;
const CALLS_ROWS = 18;

const byId = (id) => document.getElementById(id);
const desk = {
  live: null,
  isIn: false,
  token: null, // null while in: it is the session's cookie that signs in.
  csrf: null,
  connection: "connecting",
  lastNews: null,
  skew: 0, // Server's clock minus ours, in ms.
  user: null,
  agent: undefined, // null: takes no calls; undefined: not known yet.
  calls: new Map(),
  closed: new Set(), // Calls that the agent put away.
  chosen: new Map(), // call id → contact id
  histories: new Map(), // contact id → {items} | {error} | "loading"
  myCalls: null,
  stateError: null,
};

// --- small helpers -------------------------------------------------------------------------------------------------

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

const serverNow = () => Date.now() + desk.skew;
const secondsSince = (iso) => Math.max(0, Math.floor((serverNow() - Date.parse(iso)) / 1000));

function duration(seconds) {
  const two = (value) => String(value).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

const spanOf = (from, to) => Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / 1000));
const clockTime = (iso) => new Date(iso).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

function dayAndTime(iso) {
  const date = new Date(iso);
  const isToday = date.toDateString() === new Date(serverNow()).toDateString();
  const day = date.toLocaleDateString([], { day: "numeric", month: "short" });
  return isToday ? clockTime(iso) : `${day}, ${clockTime(iso)}`;
}

function whenShort(iso) {
  const date = new Date(iso);
  const isToday = date.toDateString() === new Date(serverNow()).toDateString();
  return isToday ? clockTime(iso) : date.toLocaleDateString([], { day: "numeric", month: "short" });
}

class ApiError extends Error {}

async function api(path, options = {}) {
  let response;
  try {
    response = await fetch(path, {
      ...options,
      headers: {
        ...(desk.token === null ? {} : { Authorization: `Bearer ${desk.token}` }),
        ...(desk.csrf === null ? {} : { "X-CSRF-Token": desk.csrf }),
        ...(options.body ? { "Content-Type": "application/json" } : {}),
      },
      signal: AbortSignal.timeout(10_000),
    });
  } catch {
    throw new ApiError(t("error.network"));
  }
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw Object.assign(new ApiError(body.detail ?? body.title ?? String(response.status)), { status: response.status });
  return body;
}

// --- signing in and out ---------------------------------------------------------------------------------------------

function showSignIn(error = null) {
  byId("desk").hidden = true;
  byId("sign-in").hidden = false;
  byId("sign-in-error").hidden = error === null;
  byId("sign-in-error").textContent = error ?? "";
  byId("login").setAttribute("aria-invalid", String(error !== null));
  document.title = t("app");
  byId(byId("login").value === "" ? "login" : "password").focus();
}

async function signInByPassword(login, password) {
  byId("sign-in-button").disabled = true;
  try {
    const session = await api("/api/v1/session", { method: "POST", body: JSON.stringify({ login, password }) });
    desk.csrf = session.csrf_token;
    signIn(null);
  } catch (error) {
    showSignIn(error.message);
  }
  byId("sign-in-button").disabled = false;
}

// Whoever is signed in in this browser already, in another tab or before a reload.
async function resume() {
  const kept = sessionStorage.getItem(TOKEN);
  if (kept !== null) {
    signIn(kept);
    return;
  }
  try {
    desk.csrf = (await api("/api/v1/session")).csrf_token;
    signIn(null);
  } catch (error) {
    showSignIn(error.status === 401 ? null : error.message);
  }
}

async function signOut() {
  const isSession = desk.token === null;
  try {
    if (isSession) await api("/api/v1/session", { method: "DELETE" });
  } catch (error) {
    // Only who is told so may believe that nobody else can go on here.
    if (error.status !== 401) {
      desk.stateError = t("sign_out.failed", { reason: error.message });
      draw();
      return;
    }
  }
  sessionStorage.removeItem(TOKEN);
  reset();
  showSignIn();
}

function signIn(token) {
  desk.isIn = true;
  desk.token = token;
  byId("sign-in").hidden = true;
  byId("desk").hidden = false;
  desk.live = new Live(token, {
    state: (connection) => {
      // While it tries again, the bar stays: a page that flickers between two words tells nothing.
      if (connection === "connecting" && desk.connection === "offline") return;
      desk.connection = connection;
      draw();
    },
    user: (user) => {
      desk.user = user;
      if (token !== null) sessionStorage.setItem(TOKEN, token);
      draw();
    },
    snapshot: (topic, data) => takeSnapshot(data),
    change: (topic, kind, data) => takeChange(kind, data),
    news: (at) => {
      desk.lastNews = Date.now();
      desk.skew = Date.parse(at) - Date.now();
    },
    refused: () => {
      if (!desk.isIn) return; // signed out here, just now
      sessionStorage.removeItem(TOKEN);
      reset();
      showSignIn(t(token === null ? "sign_in.ended" : "sign_in.refused"));
    },
  });
  draw();
}

function reset() {
  desk.live?.close();
  Object.assign(desk, { live: null, isIn: false, token: null, csrf: null, connection: "connecting", user: null, agent: undefined, myCalls: null });
  Object.assign(desk, { stateError: null, lastNews: null });
  for (const kept of [desk.calls, desk.closed, desk.chosen, desk.histories]) kept.clear();
  shown.clear();
}

// --- what the server tells ------------------------------------------------------------------------------------------

function takeSnapshot(data) {
  desk.agent = data.agent;
  desk.calls = new Map(data.calls.map((call) => [call.call_id, call]));
  for (const call of data.calls) prepare(call);
  loadMyCalls();
  draw();
}

function takeChange(kind, data) {
  if (kind === "agent_state") {
    desk.agent = data;
    desk.stateError = null;
  } else {
    if (kind === "call_offered") {
      // What is over makes room for what rings.
      for (const [id, call] of desk.calls) if (!isOpen(call)) desk.calls.delete(id);
      desk.closed.delete(data.call_id);
      desk.chosen.delete(data.call_id);
    }
    desk.calls.set(data.call_id, data);
    if (kind === "call_offered") prepare(data);
    if (kind === "call_gone" || kind === "call_ended") setTimeout(afterCall, 700);
    loadMyCalls();
  }
  draw();
}

function prepare(call) {
  if (call.contacts.length === 1) choose(call.call_id, call.contacts[0].id);
}

function choose(callId, contactId) {
  desk.chosen.set(callId, contactId);
  loadHistory(contactId);
}

function afterCall() {
  desk.histories.clear();
  for (const id of desk.chosen.values()) loadHistory(id);
  loadMyCalls();
}

async function loadHistory(contactId) {
  if (!desk.histories.has(contactId)) desk.histories.set(contactId, "loading");
  try {
    desk.histories.set(contactId, await api(`/api/v1/contacts/${contactId}/timeline?limit=${HISTORY_ROWS}`));
  } catch (error) {
    desk.histories.set(contactId, { error: error.message });
  }
  draw();
}

let callsLoading = false;
let callsWanted = false;

async function loadMyCalls() {
  // One at a time, and once more afterwards if something happened meanwhile.
  callsWanted = true;
  if (callsLoading) return;
  callsLoading = true;
  while (callsWanted && desk.isIn) {
    callsWanted = false;
    try {
      desk.myCalls = await api(`/api/v1/calls?limit=${CALLS_ROWS}`);
    } catch (error) {
      desk.myCalls = { error: error.message, items: desk.myCalls?.items };
    }
    draw();
  }
  callsLoading = false;
}

async function askFor(wanted) {
  byId("ready").disabled = true;
  try {
    desk.agent = await api("/api/v1/agents/me/state", { method: "POST", body: JSON.stringify({ wanted }) });
    desk.stateError = null;
  } catch (error) {
    desk.stateError = t("ready.failed", { reason: error.message });
  }
  draw();
}

const isOpen = (call) => call.phase === "offered" || call.phase === "answered";

function currentCall() {
  const calls = [...desk.calls.values()].filter((call) => !desk.closed.has(call.call_id));
  const talking = calls.filter((call) => call.phase === "answered");
  const ringing = calls.filter((call) => call.phase === "offered");
  return ringing.at(-1) ?? talking.at(-1) ?? calls.at(-1) ?? null;
}

// --- drawing --------------------------------------------------------------------------------------------------------

const shown = new Map();

// Draw a part only when what it shows has changed: nothing may move under the pointer, or lose the keyboard's focus.
function part(id, value, paint) {
  const key = JSON.stringify(value);
  if (shown.get(id) === key) return;
  shown.set(id, key);
  paint(byId(id));
}

function draw() {
  if (!desk.isIn) return;
  drawTop();
  drawBars();
  drawMyCalls();
  drawStage();
  tick();
}

function drawTop() {
  const { agent, connection, user } = desk;
  const state = agent?.state ?? "offline";
  byId("state").dataset.state = state;
  byId("state-word").textContent = agent ? word("state", state) : "";
  byId("state").hidden = !agent;
  byId("phone").textContent = agent ? t("phone", { account: agent.account }) : "";
  byId("connection").dataset.connection = connection;
  byId("connection-word").textContent = t(`connection.${connection}`);
  byId("connection").title = t(`connection.${connection}`);
  byId("me").textContent = user?.name ?? "";
  const button = byId("ready");
  const isReady = agent?.wanted === "ready";
  button.hidden = !agent;
  button.textContent = t(isReady ? "ready.off" : "ready.on");
  button.className = isReady ? "" : "primary";
  button.disabled = connection !== "live";
  const call = currentCall();
  document.title = call?.phase === "offered" ? t("title.ringing", { name: headline(call) }) : t("app");
}

function drawBars() {
  const offline = byId("offline");
  offline.hidden = desk.connection !== "offline";
  offline.textContent = desk.lastNews
    ? t("offline.bar", { time: new Date(desk.lastNews).toLocaleTimeString() })
    : t("offline.never");
  const { agent } = desk;
  const missed = agent?.wanted === "not_ready" && agent.reason === "missed a call";
  const noPhone = agent?.state === "no_phone" ? t("no_phone.hint", { account: agent.account }) : null;
  const text = desk.stateError ?? noPhone ?? (missed ? t("missed.hint") : null);
  byId("notice").hidden = text === null;
  byId("notice").textContent = text ?? "";
}

function drawMyCalls() {
  const { myCalls } = desk;
  part("calls", myCalls?.items ?? null, (list) => {
    if (!myCalls?.items) {
      list.replaceChildren(...Array.from({ length: 5 }, () => make("li", {}, make("span", { class: "skeleton" }))));
      return;
    }
    list.replaceChildren(...myCalls.items.map(myCallRow));
  });
  const empty = byId("calls-empty");
  const text = myCalls?.error ? t("calls.failed", { reason: myCalls.error }) : t("calls.empty");
  empty.hidden = !myCalls || (!myCalls.error && myCalls.items.length > 0);
  empty.textContent = text;
  if (myCalls?.error && !myCalls.items) byId("calls").replaceChildren();
}

function myCallRow(call) {
  const isOut = call.direction === "outbound";
  const name = (isOut ? call.dialed : call.caller_name || call.caller_number) ?? t("caller.withheld");
  return make(
    "li",
    { class: call.outcome === "answered" || call.outcome === "in_progress" ? null : "missed" },
    make("span", { class: "when" }, whenShort(call.started_at)),
    make("span", { class: "way", "aria-hidden": "true" }, isOut ? "↗" : "↙"),
    make("span", { class: "grow", title: name }, name),
    make("span", { class: "end" }, outcomeOf(call.outcome, call.answered_at, call.ended_at)),
  );
}

function outcomeOf(outcome, from, to) {
  return outcome === "answered" && from && to ? duration(spanOf(from, to)) : word("outcome", outcome);
}

function drawStage() {
  const call = currentCall();
  const chosen = call ? (desk.chosen.get(call.call_id) ?? null) : null;
  const history = chosen === null ? null : (desk.histories.get(chosen) ?? null);
  const value = call
    ? { call, chosen, history }
    : { agent: desk.agent === undefined ? "?" : desk.agent && [desk.agent.wanted] };
  part("stage", value, (stage) => {
    const focused = document.activeElement?.id;
    stage.replaceChildren(call ? callView(call, chosen, history) : idleView());
    if (focused && stage.querySelector(`#${CSS.escape(focused)}`)) byId(focused).focus();
  });
}

function idleView() {
  if (desk.agent === undefined) {
    return make("div", { class: "idle" }, make("h1", {}, t(`connection.${desk.connection}`)));
  }
  const key = desk.agent === null ? "no_agent" : desk.agent.wanted === "ready" ? "idle.ready" : "idle.not_ready";
  return make("div", { class: "idle" }, make("h1", {}, t(`${key}.title`)), make("p", {}, t(`${key}.text`)));
}

function headline(call) {
  const chosen = call.contacts.find((contact) => contact.id === desk.chosen.get(call.call_id));
  if (chosen) return chosen.name;
  if (call.contacts.length > 1) return call.contacts.map((contact) => contact.name).join(" / ");
  if (call.caller_name && call.caller_name !== call.caller_number) return call.caller_name;
  return call.caller_number ? t("caller.unknown") : t("caller.withheld");
}

function callView(call, chosen, history) {
  const contact = call.contacts.find((each) => each.id === chosen) ?? null;
  const view = make("article", { class: "call", "data-phase": call.phase }, callHead(call));
  const who = make("div", { class: "who" });
  if (call.contacts.length > 1) who.append(...choices(call, chosen));
  if (call.contacts.length <= 1 || contact) who.append(make("h1", { id: "caller" }, headline(call)));
  who.append(
    make(
      "p",
      { class: "facts" },
      call.caller_number ? make("span", { class: "number" }, call.caller_number) : null,
      contact?.company ? make("span", {}, contact.company) : null,
      contact && call.caller_name && call.caller_name !== contact.name && call.caller_name !== call.caller_number
        ? make("span", { class: "quiet" }, `“${call.caller_name}”`)
        : null,
      call.dialed ? make("span", { class: "quiet" }, t("call.dialed", { number: call.dialed })) : null,
    ),
  );
  if (call.contacts.length === 0) {
    who.append(make("p", { class: "hint" }, t(call.caller_number ? "caller.unknown.hint" : "caller.withheld.hint")));
  }
  view.append(who);
  if (call.contacts.length > 0) view.append(historyView(call, contact, history));
  return view;
}

function callHead(call) {
  const isOver = !isOpen(call);
  const close = isOver ? make("button", { type: "button", class: "plain", id: "close" }, t("call.close")) : null;
  close?.addEventListener("click", () => putAway(call));
  return make(
    "header",
    { class: "call-head" },
    make("span", { class: "phase" }, make("span", { class: "lamp", "aria-hidden": "true" }), t(`phase.${call.phase}`)),
    call.phase === "gone" ? make("span", {}, word("gone", call.end_reason)) : null,
    make("span", {}, call.queue ? t("call.queue", { queue: call.queue }) : t("call.no_queue")),
    make("span", { class: "timer", id: "call-timer" }),
    make("span", { class: "space" }),
    call.phase === "offered" ? make("span", { class: "quiet" }, t("call.answer_hint")) : null,
    close,
  );
}

function choices(call, chosen) {
  const group = make("div", { class: "choices", role: "radiogroup", "aria-labelledby": "ask" });
  for (const contact of call.contacts) {
    const id = `contact-${contact.id}`;
    const input = make("input", { type: "radio", name: "contact", id, checked: contact.id === chosen });
    input.addEventListener("change", () => {
      choose(call.call_id, contact.id);
      draw();
    });
    group.append(
      make(
        "label",
        { for: id },
        input,
        make("span", { class: "name" }, contact.name),
        contact.company ? make("span", { class: "company" }, contact.company) : null,
      ),
    );
  }
  return [make("p", { class: "ask", id: "ask" }, t("caller.several", { count: call.contacts.length })), group];
}

function historyView(call, contact, history) {
  const view = make("section", { class: "history" }, make("h2", {}, t("timeline.title")));
  const line = (text) => make("p", { class: "empty-line" }, text);
  if (!contact) view.append(line(t("timeline.choose")));
  else if (history === null || history === "loading") {
    const rows = Array.from({ length: 3 }, () => make("li", {}, make("span", { class: "skeleton" })));
    view.append(make("ol", { class: "rows" }, ...rows));
  } else if (history.error) view.append(line(t("timeline.failed", { reason: history.error })));
  else {
    const items = history.items.filter((item) => item.call_id !== call.call_id);
    if (items.length === 0) view.append(line(t("timeline.empty")));
    else view.append(make("ol", { class: "rows" }, ...items.map(historyRow)));
  }
  return view;
}

function historyRow(item) {
  const { direction, outcome = "in_progress", answered_by: parties = [], answered_at: answeredAt } = item.data;
  const talked = answeredAt && item.ended_at ? duration(spanOf(answeredAt, item.ended_at)) : "–";
  return make(
    "li",
    { class: outcome === "answered" || outcome === "in_progress" ? null : "missed" },
    make("span", { class: "when" }, dayAndTime(item.at)),
    make("span", { class: "way", "aria-hidden": "true" }, direction === "outbound" ? "↗" : "↙"),
    make("span", { class: "length" }, talked),
    make("span", { class: "end" }, word("outcome", outcome)),
    make("span", { class: "grow quiet" }, parties.length > 0 ? t("timeline.by", { parties: parties.join(", ") }) : ""),
  );
}

function putAway(call) {
  desk.closed.add(call.call_id);
  draw();
}

// --- time -----------------------------------------------------------------------------------------------------------

function setText(id, text) {
  const element = byId(id);
  if (element && element.textContent !== text) element.textContent = text;
}

function tick() {
  if (!desk.isIn) return;
  setText("state-timer", desk.agent?.since ? duration(secondsSince(desk.agent.since)) : "");
  const call = currentCall();
  if (!call) return;
  if (call.phase === "offered") {
    setText("call-timer", t("call.waited", { time: duration(secondsSince(call.waiting_since)) }));
    // Should its end never be heard, a popup ends by itself.
    if (call.ring_until && secondsSince(call.ring_until) > RING_GRACE_SECONDS) {
      Object.assign(call, { phase: "gone", end_reason: "not_heard", ended_at: new Date(serverNow()).toISOString() });
      draw();
    }
  } else if (call.phase === "answered") {
    setText("call-timer", duration(secondsSince(call.answered_at)));
  } else if (call.phase === "ended") {
    setText("call-timer", t("call.talked", { time: duration(spanOf(call.answered_at, call.ended_at)) }));
  } else if (secondsSince(call.ended_at) >= GONE_SECONDS) putAway(call);
}

// --- start ----------------------------------------------------------------------------------------------------------

for (const element of document.querySelectorAll("[data-text]")) element.textContent = t(element.dataset.text);

byId("sign-in-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const [login, password, token] = [byId("login").value.trim(), byId("password").value, byId("token").value.trim()];
  byId("password").value = "";
  byId("token").value = "";
  if (token !== "") signIn(token);
  else if (login === "" || password === "") showSignIn(t("sign_in.empty"));
  else signInByPassword(login, password);
});
byId("sign-out").addEventListener("click", signOut);
byId("ready").addEventListener("click", () => askFor(desk.agent?.wanted === "ready" ? "not_ready" : "ready"));
addEventListener("keydown", (event) => {
  const call = currentCall();
  if (event.key === "Escape" && call && !isOpen(call)) putAway(call);
});
addEventListener("online", () => desk.live?.hurry());
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) desk.live?.hurry();
});
setInterval(tick, 500);

resume();
