// What the pages do beyond htmx: send Django's CSRF token, believe X-Mizan-Invalidate, say what
// went wrong.

document.addEventListener("htmx:configRequest", (event) => {
  const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
  if (token) event.detail.headers["X-CSRFToken"] = token[1];
});

// Whatever a reply makes stale, each part of the page that shows it asks for again.
document.addEventListener("htmx:afterRequest", (event) => {
  const { xhr, target } = event.detail;
  const field = xhr.getResponseHeader("X-Mizan-Invalidate") ?? "";
  const stale = new Set(field.split(", ").map((member) => member.split(/[;/]/)[0]));
  for (const part of document.querySelectorAll("[data-shows]")) {
    if (part === target && xhr.status < 400) continue; // it shows the reply already
    if (stale.has(part.dataset.shows) || stale.has("*")) htmx.trigger(part, "stale");
  }
});

// An error is a problem document, whose `detail` is for people.
document.addEventListener("htmx:beforeRequest", () => say(""));
document.addEventListener("htmx:responseError", (event) => {
  const { xhr } = event.detail;
  const isProblem = xhr.getResponseHeader("Content-Type") === "application/problem+json";
  say((isProblem && JSON.parse(xhr.responseText).detail) || "That did not work.");
});

function say(text) {
  document.getElementById("message").textContent = text;
}
