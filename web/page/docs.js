// Shows the API's document with Swagger UI. Requests that are tried go out with the session of this browser, if there is
// one: then each change needs the session's CSRF token.

const DOCUMENT = "/api/v1/openapi.json";
const SESSION = "/api/v1/session";
const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

let csrfToken = null;

async function look() {
  const response = await fetch(SESSION);
  const session = response.ok ? await response.json() : null;
  csrfToken = session?.csrf_token ?? null;
  document.getElementById("who").textContent = session
    ? `Signed in as ${session.user.login} (${session.user.role}): what you try here happens.`
    : "Nobody is signed in: sign in on the page of Ringdesk, or give a token to Authorize.";
}

await look();

window.SwaggerUIBundle({
  url: DOCUMENT,
  domNode: document.getElementById("operations"),
  deepLinking: true,
  docExpansion: "none",
  defaultModelsExpandDepth: 0,
  filter: true,
  displayRequestDuration: true,
  validatorUrl: null,
  requestInterceptor: (request) => {
    const method = (request.method ?? "GET").toUpperCase();
    const shown = Object.keys(request.headers ?? {}).some((name) => name.toLowerCase() === "authorization");
    if (csrfToken !== null && !SAFE.has(method) && !shown) {
      request.headers["X-CSRF-Token"] = csrfToken;
    }
    return request;
  },
  responseInterceptor: (response) => {
    // Somebody signed in or out by trying just that.
    if (new URL(response.url).pathname === SESSION && response.ok) {
      void look();
    }
    return response;
  },
});
